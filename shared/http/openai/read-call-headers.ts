import type { CacheRequest } from "../../api/cache.ts";
import { ConeaError } from "../../core/conea-error.ts";
import { readCacheHeader } from "../read-cache-header.ts";
import { readIdempotencyKey } from "../read-headers.ts";

/** What a caller asks for beside the request itself. */
export type CallHeaders = {
  idempotencyKey?: string;
  /** `x-conea-store: false`: neither what is sent nor what is answered is kept. */
  isStored: boolean;
  /** `x-conea-cache`. */
  cache?: CacheRequest;
  /** `x-conea-on-disconnect: cancel`: a caller that leaves wants the work to end. */
  cancelsOnLeave: boolean;
};

/** Throws `invalid_request`. */
export function readCallHeaders(headers: Headers): CallHeaders {
  const idempotencyKey = readIdempotencyKey(headers);
  const cache = readCacheHeader(headers);
  return {
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(cache && { cache }),
    isStored: readChoice(headers, "x-conea-store", ["true", "false"]) === "true",
    cancelsOnLeave: readChoice(headers, "x-conea-on-disconnect", ["finish", "cancel"]) === "cancel",
  };
}

/** The first choice is what a header that was not sent counts as. */
function readChoice(headers: Headers, name: string, choices: [string, string]): string {
  const value = headers.get(name)?.trim().toLowerCase() ?? choices[0];
  if (choices.includes(value)) return value;
  const message = `must be ${choices.join(" or ")}`;
  throw new ConeaError("invalid_request", `The header ${name} ${message}.`, {
    fields: [{ field: name, message }],
  });
}
