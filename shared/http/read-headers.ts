import { ConeaError } from "../core/conea-error.ts";

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** The Idempotency-Key, if one was sent. Throws `invalid_request`. */
export function readIdempotencyKey(headers: Headers): string | undefined {
  const key = headers.get("idempotency-key");
  if (key === null || keyPattern.test(key)) return key ?? undefined;
  throw wrongHeader("Idempotency-Key", "must be 1–255 visible ASCII characters");
}

/** The seconds of `Prefer: wait=N`, if it was sent (RFC 7240). Throws `invalid_request` outside of 1–60. */
export function readWaitSeconds(headers: Headers): number | undefined {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})/i.exec(headers.get("prefer") ?? "")?.[1];
  if (wait === undefined) return undefined;
  const seconds = Number(wait);
  if (seconds >= 1 && seconds <= 60) return seconds;
  throw wrongHeader("Prefer", "wait must be from 1 to 60 seconds");
}

function wrongHeader(field: string, message: string): ConeaError {
  return new ConeaError("invalid_request", `The header ${field} ${message}.`, {
    fields: [{ field, message }],
  });
}
