import { z } from "zod";

/** A key by reference: `secret:OPENAI_API_KEY`. A key itself is refused, without being shown. */
export const SecretReference = z
  .string()
  .regex(
    /^secret:[A-Z][A-Z0-9_]*$/,
    "must be a reference such as secret:OPENAI_API_KEY, never the key itself",
  )
  .transform((text) => text.slice("secret:".length));
