import type { z } from "zod";
import { toDotPath } from "zod/v4/core";

/** A setting or a line of `conea.yaml` is wrong. The message is one sentence that names it; the start stops. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** One problem of a failed parse as a sentence, with the place it was found. Never the value: it may be a secret. */
export function toSettingsError(source: string, error: z.ZodError): SettingsError {
  // A misspelt name also makes the right one missing; the misspelling is what helps.
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0];
  const path = issue?.code === "invalid_key" ? issue.path.slice(0, -1) : (issue?.path ?? []);
  return new SettingsError(`${source}: ${toDotPath(path) || "the whole"} ${toPhrase(issue)}.`);
}

function toPhrase(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "unrecognized_keys")
    return `has no place for ${issue.keys.map(toShownName).join(", ")}`;
  if (issue?.code === "invalid_key") return `has a name that ${issue.issues[0]?.message ?? "is wrong"}`;
  const message = issue?.message ?? "";
  // Our own messages continue the sentence; zod's start one.
  return /^[a-z]/.test(message) ? message : `is wrong: ${message.replace(/^Invalid input: /, "")}`;
}

/** After a forgotten colon, a key of ours and somebody's API key are one name. */
function toShownName(name: string): string {
  return /^[A-Za-z]{1,32}$/.test(name) ? `"${name}"` : "a name that is not shown here";
}
