import type { StoredObject } from "./objects.ts";

export type Call = {
  method: string;
  url: URL;
  headers: Record<string, string | undefined>;
  /** What came of the body; not all of it when the connection was cut. */
  body: Buffer;
  isWhole: boolean;
};
export type Answer = { status: number; headers?: Record<string, string>; body?: Buffer | string };

export function toJsonAnswer(value: object, headers: Record<string, string> = {}): Answer {
  const body = JSON.stringify(value);
  return { status: 200, headers: { "content-type": "application/json; charset=UTF-8", ...headers }, body };
}

/** The content, or the range of it that was asked for, with the headers by which the clients check it. */
export function toContentAnswer(object: StoredObject, range: string | undefined): Answer {
  const headers = {
    "content-type": object.contentType ?? "application/octet-stream",
    ...(object.contentDisposition && { "content-disposition": object.contentDisposition }),
    "cache-control": object.cacheControl ?? "private, max-age=0",
    etag: `"${object.generation}"`,
    "x-goog-generation": String(object.generation),
    "x-goog-metageneration": "1",
    "x-goog-hash": `crc32c=${object.crc32c},md5=${object.md5Hash}`,
    "x-goog-stored-content-encoding": "identity",
    "x-goog-stored-content-length": String(object.content.length),
  };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  if (from === undefined) return { status: 200, headers, body: object.content };
  const { length } = object.content;
  const [first, last] = [Number(from), Math.min(to ? Number(to) : length - 1, length - 1)];
  if (first > last) return { status: 416, headers: { "content-range": `bytes */${length}` } };
  const contentRange = `bytes ${first}-${last}/${length}`;
  return {
    status: 206,
    headers: { ...headers, "content-range": contentRange },
    body: object.content.subarray(first, last + 1),
  };
}
