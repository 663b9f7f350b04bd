import type { z } from "zod";
import { ProviderError } from "./provider-error.ts";

/** Reads what a vendor sent; fields the schema does not name are ignored. Throws `unknown` when it does not fit. */
export function readAnswer<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new ProviderError("unknown", { cause: read.error });
}
