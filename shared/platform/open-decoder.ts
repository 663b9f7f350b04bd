import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

const decoders: Record<string, () => Transform> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** What undoes a `Content-Encoding`; `undefined` where nothing, or nothing known, was done. */
export function openDecoder(encoding: string | string[] | undefined): Transform | undefined {
  const name = String(encoding ?? "")
    .trim()
    .toLowerCase();
  return Object.hasOwn(decoders, name) ? decoders[name]?.() : undefined;
}
