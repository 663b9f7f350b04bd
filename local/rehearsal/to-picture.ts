import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const sidePixels = 64;

/** A small PNG that fades from one colour to another; the colours follow from the text. */
export function toPicture(text: string): Buffer {
  const hash = createHash("sha256").update(text).digest();
  const [from, to] = [hash.subarray(0, 3), hash.subarray(3, 6)];
  const rows = Array.from({ length: sidePixels }, (_, y) => toRow(from, to, y / (sidePixels - 1)));
  return Buffer.concat([
    signature,
    toChunk("IHDR", toHeader()),
    toChunk("IDAT", deflateSync(Buffer.concat(rows))),
    toChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The colour of the text's first pixel, as `#rrggbb`. */
export function toColor(text: string): string {
  return `#${createHash("sha256").update(text).digest("hex").slice(0, 6)}`;
}

/** A filter byte, then red, green and blue of each pixel. */
function toRow(from: Buffer, to: Buffer, share: number): Buffer {
  const pixel = Buffer.from(from.map((value, n) => value + ((to[n] ?? 0) - value) * share));
  return Buffer.concat([Buffer.alloc(1), Buffer.alloc(3 * sidePixels, pixel)]);
}

/** Width, height, 8 bits a channel, colour type 2 (RGB), no interlace. */
function toHeader(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sidePixels, 0);
  header.writeUInt32BE(sidePixels, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return header;
}

function toChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const chunk = Buffer.alloc(named.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  chunk.set(named, 4);
  chunk.writeUInt32BE(crc32(named), named.length + 4);
  return chunk;
}
