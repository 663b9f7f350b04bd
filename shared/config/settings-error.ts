import type { z } from "zod";

/** A setting or a line of `conea.yaml` is wrong. The message is one sentence that names it; the start stops. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** The first problem of a failed parse as one sentence, with the place it was found. Never the value: it may be a secret. */
export function toSettingsError(source: string, error: z.ZodError): SettingsError {
  const [issue] = error.issues;
  const place = issue?.path.join(".") || "the whole";
  return new SettingsError(`${source}: ${place} ${issue?.message ?? "is wrong"}.`);
}
