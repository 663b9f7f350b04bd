import type { Call } from "./answer.ts";
import type { Metadata } from "./objects.ts";
import { StorageError } from "./storage-error.ts";

export type Multipart = { metadata: Metadata & { name?: string }; content: Buffer; contentType: string };

/** The two parts of a `multipart/related` upload: the object's metadata and its content. */
export function readMultipart({ headers, body }: Call): Multipart {
  const boundary = /boundary="?([^";]+)/.exec(headers["content-type"] ?? "")?.[1];
  const delimiter = `--${boundary}`;
  const end = body.lastIndexOf(`\r\n${delimiter}--`);
  const second = body.indexOf(`\r\n${delimiter}\r\n`);
  if (
    boundary === undefined ||
    second < 0 ||
    end < 0 ||
    !body.subarray(0, delimiter.length).equals(Buffer.from(delimiter))
  )
    throw new StorageError(400, "badRequest", "Malformed multipart body.");
  const about = toPart(body.subarray(delimiter.length + 2, second));
  const { head, content } = toPart(body.subarray(second + delimiter.length + 4, end));
  const contentType = /^content-type: *(.+)$/im.exec(head)?.[1]?.trim() ?? "application/octet-stream";
  return { metadata: JSON.parse(about.content.toString()), content, contentType };
}

function toPart(part: Buffer): { head: string; content: Buffer } {
  const split = part.indexOf("\r\n\r\n");
  return { head: part.subarray(0, split).toString("latin1"), content: part.subarray(split + 4) };
}
