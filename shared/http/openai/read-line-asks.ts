import { z } from "zod";
import type { LineAsks } from "../../batches/endpoints.ts";
import { parseWith } from "../read-body.ts";
import { readCallHeaders } from "./read-call-headers.ts";

/** Those of a call's headers that a line may have, since nobody waits for it. */
const names: ReadonlySet<string> = new Set(["x-conea-cache", "x-conea-store"]);

const LineHeaders = z.record(z.string(), z.unknown());
const Value = z.string().regex(/^[\x20-\x7e]*$/, "must be a text of printable characters");

/** What a line asks for by its `headers`, which are as a single call's would be; others are let pass. Throws `invalid_request`. */
export function readLineAsks(headers: unknown): LineAsks {
  const fields = parseWith(LineHeaders, headers ?? {}, "The field headers of the line");
  const known = Object.entries(fields).filter(([name]) => names.has(name.toLowerCase()));
  return toLineAsks(new Headers(known.map(([name, value]) => [name, parseWith(Value, value, name)])));
}

/** What the headers of a request for a batch ask for all its lines. Throws `invalid_request`. */
export function toLineAsks(headers: Headers): LineAsks {
  const { cache, isStored } = readCallHeaders(headers);
  return { ...(cache && { cache }), ...(headers.has("x-conea-store") && { isStored }) };
}
