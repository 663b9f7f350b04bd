import type { z } from "zod";
import { ConeaError, type FieldProblem } from "../core/conea-error.ts";
import { narrowTo } from "./narrow-to.ts";
import { toFieldProblems } from "./to-field-problems.ts";

/** The largest JSON body in bytes. */
export const largestJson = 1_000_000;
/** Deeper values are refused before anything walks them recursively. */
const deepest = 64;

/**
 * The request's JSON body, parsed by `schema`. Throws `too_large`, `unsupported_media_type`, `invalid_encoding`,
 * `invalid_json` and `invalid_request`.
 */
export async function readJson<T>(
  request: Request,
  schema: z.ZodType<T>,
  mostBytes = largestJson,
): Promise<T> {
  requireJson(request.headers);
  return parseBytes(await readBytes(request, mostBytes), schema);
}

/** The same where the body may be left out altogether, which counts as `{}`. */
export async function readOptionalJson<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const bytes = await readBytes(request, largestJson);
  if (bytes.byteLength === 0) return parseWith(schema, {}, "The request");
  requireJson(request.headers);
  return parseBytes(bytes, schema);
}

function parseBytes<T>(bytes: Uint8Array, schema: z.ZodType<T>): T {
  const text = decode(bytes);
  const value = parseJson(text);
  if (!isSurelyPlain(text)) requirePlain(value);
  return parseWith(narrowTo(schema, value), value, "The request");
}

/** Parses by a schema. Throws `invalid_request`, with each wrong field. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, subject: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidRequest(subject, toFieldProblems(parsed.error));
}

function invalidRequest(subject: string, fields: FieldProblem[]): ConeaError {
  const [first] = fields;
  const rest = fields.length > 1 ? `, and ${fields.length - 1} more` : "";
  const place = first?.field ? `${first.field} ` : "the body ";
  return new ConeaError("invalid_request", `${subject} is not valid: ${place}${first?.message}${rest}.`, {
    fields: fields.slice(0, 20),
  });
}

function requireJson(headers: Headers): void {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const encoding = headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding !== "identity") {
    throw new ConeaError("unsupported_media_type", "Send the body without a Content-Encoding.");
  }
  if (type === "application/json" || type?.endsWith("+json")) return;
  throw new ConeaError("unsupported_media_type", "Send JSON, with Content-Type: application/json.");
}

/** The request's body. Throws `too_large`. */
export async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > most) throw tooLarge(most);
  // Who says how much comes sends no more: read at once, which costs half.
  if (length !== null) return refuseLarge(new Uint8Array(await request.arrayBuffer()), most);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function refuseLarge(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.byteLength > most) throw tooLarge(most);
  return bytes;
}

function tooLarge(most: number): ConeaError {
  return new ConeaError(
    "too_large",
    `The body is larger than ${most} bytes. Upload images and audio with POST /v1/blobs and refer to them by their id.`,
  );
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new ConeaError("invalid_encoding", "The body is not valid UTF-8.", { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConeaError(
      "invalid_json",
      text === "" ? "The body is empty; send JSON." : "The body is not valid JSON.",
      {
        cause,
      },
    );
  }
}

/** Whether a text holds nothing of what `requirePlain` refuses, without a look at each value. */
function isSurelyPlain(text: string): boolean {
  // Half a pair can only be written as an escape: the bytes were valid. So can another spelling of the key.
  return !text.includes("\\u") && !text.includes("__proto__") && countOpenings(text) <= deepest;
}

/** How many objects and lists begin in a text, or a few more where its strings hold brackets; counts no further than needed. */
function countOpenings(text: string): number {
  let count = 0;
  for (const bracket of "{[")
    for (let at = text.indexOf(bracket); at >= 0 && count <= deepest; at = text.indexOf(bracket, at + 1))
      count++;
  return count;
}

/** Refuses what no store could keep: values nested too deep, half surrogate pairs, `__proto__`. Does not recurse. */
export function requirePlain(root: unknown): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) {
      throw invalidRequest("The request", [{ field: "", message: `nests deeper than ${deepest} levels` }]);
    }
    level = level.flatMap(toPlainChildren);
  }
}

function toPlainChildren(value: unknown): unknown[] {
  if (typeof value === "string") requireWellFormed(value);
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value)) Object.keys(value).forEach(requirePlainKey);
  return Object.values(value);
}

function requirePlainKey(key: string): void {
  requireWellFormed(key);
  // Parsers drop it silently, and what was sent must never differ from what is kept.
  if (key === "__proto__")
    throw invalidRequest("The request", [{ field: key, message: "is not a known field" }]);
}

function requireWellFormed(text: string): void {
  if (text.isWellFormed()) return;
  throw new ConeaError(
    "invalid_encoding",
    "A text of the body holds half a surrogate pair (\\ud800–\\udfff).",
  );
}
