import { z } from "zod";

/** An e-mail, before it is put into the form in which it travels. */
export const Mail = z.strictObject({
  from: z.string(),
  to: z.array(z.string()).min(1),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  messageId: z.string(),
  references: z.string().optional(),
  listId: z.string(),
});
export type Mail = z.infer<typeof Mail>;
