import { z } from "zod";

/** What a sender is told of its hook; most read the status only. */
export const ReceivedHook = z
  .object({
    id: z.string(),
    /** It had come before: nothing new was published. */
    duplicate: z.boolean(),
  })
  .meta({ id: "ReceivedHook" });
export type ReceivedHook = z.infer<typeof ReceivedHook>;
