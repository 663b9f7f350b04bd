import { ConeaError } from "../core/conea-error.ts";

/** They say how a message is carried, or whom it is for: that is the client's to say. */
const reserved =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|proxy-.*|accept-encoding)$/;
/** What a delivery says by itself. */
const ours = /^(webhook-.*|content-type|user-agent)$/;
const namePattern = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const valuePattern = /^[\x21-\x7e]([\x20-\x7e\t]{0,1998}[\x21-\x7e])?$/;
const mostHeaders = 20;

/** Throws `invalid_request` for headers of a caller's own that cannot be sent as they are, or would change what is sent. */
export function checkOwnHeaders(headers: Record<string, string>): void {
  const entries = Object.entries(headers);
  if (entries.length > mostHeaders) throw refuse("headers", `must be at most ${mostHeaders}`);
  const names = new Set(entries.map(([name]) => name.toLowerCase()));
  if (names.size < entries.length) throw refuse("headers", "must each have a name of its own");
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    if (!namePattern.test(lower)) throw refuse("headers", "must have names as HTTP writes them");
    if (reserved.test(lower) || ours.test(lower))
      throw refuse(`headers.${lower}`, "is set by Conea; take it out");
    if (!valuePattern.test(value))
      throw refuse(`headers.${lower}`, "must be 1–2,000 visible ASCII characters");
  }
}

/** The headers that may be sent. */
export function withoutReserved(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !reserved.test(name.toLowerCase())));
}

function refuse(field: string, message: string): ConeaError {
  return new ConeaError("invalid_request", `The request is not valid: ${field} ${message}.`, {
    fields: [{ field, message }],
  });
}
