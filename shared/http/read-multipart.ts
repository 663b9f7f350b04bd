import { ConeaError } from "../core/conea-error.ts";

/** A field of a form. Its content must be read before the next field is asked for; what is left of it is dropped then. */
export type FormPart = { name: string; filename?: string; content: AsyncIterable<Uint8Array> };

const longestHeaders = 16_384;

/**
 * The fields of a `multipart/form-data` body (RFC 7578), one after the other as they come: none is held as a whole. Throws
 * `unsupported_media_type` and `invalid_request`.
 */
export async function* readMultipart(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): AsyncGenerator<FormPart, void, undefined> {
  const source = toSource(body);
  // The first one may stand at the very beginning, where no line ends before it.
  const delimiter = Buffer.from(`\r\n--${readBoundary(contentType)}`);
  await drain(source.until(delimiter));
  while ((await readText(source.take(2))) !== "--") {
    const headers = await readText(source.until(Buffer.from("\r\n\r\n")), longestHeaders);
    const content = source.until(delimiter);
    yield { ...readDisposition(headers), content };
    await drain(content);
  }
}

function readBoundary(contentType: string): string {
  const found = /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70})(?=[\s;]|$))/i.exec(
    contentType,
  );
  const boundary = found?.[1] ?? found?.[2];
  if (boundary) return boundary;
  throw new ConeaError("unsupported_media_type", "Send the fields as multipart/form-data with a boundary.");
}

function readDisposition(headers: string): { name: string; filename?: string } {
  const line = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? "";
  const read = (parameter: string) =>
    new RegExp(`;\\s*${parameter}="([^"]*)"`, "i")
      .exec(line)?.[1]
      ?.replaceAll(/%22|%0D|%0A/gi, decodeURIComponent);
  const [name, filename] = [read("name"), read("filename")];
  if (name === undefined) throw broken();
  return { name, ...(filename !== undefined && { filename }) };
}

/** The text of a field that is short. Throws `invalid_request` for a longer one. */
export async function readText(content: AsyncIterable<Uint8Array>, longest = 1_000): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.byteLength;
    if (bytes > longest) throw broken();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function drain(content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of content);
}

/** Bytes as they come, read up to a mark or by their number. A body that ends before is broken. */
function toSource(body: AsyncIterable<Uint8Array>) {
  const chunks = body[Symbol.asyncIterator]();
  let kept: Buffer = Buffer.from("\r\n");

  async function more(): Promise<void> {
    const { value, done } = await chunks.next();
    if (done) throw broken();
    kept =
      kept.length === 0
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
        : Buffer.concat([kept, value]);
  }

  function cut(bytes: number): Buffer {
    const head = kept.subarray(0, bytes);
    kept = kept.subarray(bytes);
    return head;
  }

  return {
    async *until(mark: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
      for (let at = kept.indexOf(mark); ; at = kept.indexOf(mark)) {
        // The mark may have begun in the last bytes.
        const safe = at < 0 ? kept.length - mark.length + 1 : at;
        if (safe > 0) yield cut(safe);
        if (at >= 0) return void cut(mark.length);
        await more();
      }
    },
    async *take(bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
      while (kept.length < bytes) await more();
      yield cut(bytes);
    },
  };
}

function broken(): ConeaError {
  return new ConeaError("invalid_request", "The body is not valid multipart/form-data.");
}
