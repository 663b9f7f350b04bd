import type { APIError } from "openai";

/** The SDK's error of an answer. OpenAI wraps what is wrong in `error`; others that speak the protocol may not. */
export function toSdkError(errors: typeof APIError) {
  return (status: number, body: unknown, headers: Headers): Error =>
    errors.generate(status, toWrapped(body), undefined, headers);
}

function toWrapped(body: unknown): object | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  return "error" in body && body.error != null ? body : { error: body };
}
