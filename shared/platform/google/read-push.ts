import { z } from "zod";
import { Event } from "../../api/events.ts";
import { ConeaError } from "../../core/conea-error.ts";
import { largestEvent } from "./to-message.ts";

/** Base64 takes four bytes for three; the rest is for attributes and names. */
const largestPush = Math.ceil((largestEvent * 4) / 3) + 20_000;

/** What Pub/Sub posts to a push subscription's endpoint, as far as we read it. */
const Push = z.object({
  message: z.object({ messageId: z.string().min(1), data: z.base64() }),
  subscription: z.string().min(1),
});

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The event that a Pub/Sub push brings (wrapped, `POST` of JSON). Throws a `ConeaError` that answers 4xx: Pub/Sub then
 * brings it again until its dead-letter topic takes it. Who may push is Cloud Run's to check, by the caller's OIDC token.
 */
export async function readPush(request: Request): Promise<Event> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new ConeaError("unsupported_media_type", "A push is JSON, with Content-Type: application/json.");
  const { message } = parse(Push, await readBytes(request), "The push");
  return parse(Event, Buffer.from(message.data, "base64"), "The event of the push");
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > largestPush)
      throw new ConeaError("too_large", `The push is larger than ${largestPush} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, subject: string): T {
  const parsed = schema.safeParse(parseJson(bytes, subject));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
    field: path.map(String).join("."),
    message,
  }));
  throw new ConeaError("invalid_request", `${subject} does not have the expected form.`, { fields });
}

function parseJson(bytes: Uint8Array, subject: string): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new ConeaError("invalid_json", `${subject} is not JSON in UTF-8.`, { cause });
  }
}
