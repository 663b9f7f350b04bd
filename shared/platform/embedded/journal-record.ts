import { crc32 } from "node:zlib";

/**
 * A record is one line: the text's length in bytes and its CRC-32, each as eight hexadecimal digits, and the text, which
 * is JSON and so holds no line break. A reader that meets a bad record can therefore find the next good one.
 */
export function encodeRecord(text: string): Buffer {
  return writeRecord(Buffer.allocUnsafe(headerBytes + Buffer.byteLength(text) + 1), text);
}

/** A record of each, one after the other, in a buffer that the next call may write again: for whoever is done with it before. */
export function encodeTogether(texts: string[]): Buffer {
  // No text has more than three bytes for each of its UTF-16 units.
  const most = texts.reduce((sum, text) => sum + headerBytes + 3 * text.length + 1, 0);
  if (most > reused.length) return Buffer.concat(texts.map(encodeRecord));
  let end = 0;
  for (const text of texts) end += writeRecord(reused.subarray(end), text).length;
  return reused.subarray(0, end);
}

const reused = Buffer.allocUnsafeSlow(64 * 1_024);

function writeRecord(bytes: Buffer, text: string): Buffer {
  const end = headerBytes + bytes.write(text, headerBytes, "utf8");
  const body = bytes.subarray(headerBytes, end);
  writeHex(bytes, body.length, 0);
  writeHex(bytes, crc32(body), 9);
  bytes[8] = bytes[17] = space;
  bytes[end] = lineBreak;
  return bytes.subarray(0, end + 1);
}

/** Eight digits. */
function writeHex(bytes: Buffer, number: number, at: number): void {
  let rest = number;
  for (let place = at + 7; place >= at; place--) {
    bytes[place] = digits.charCodeAt(rest & 15);
    rest >>>= 4;
  }
}

/** Hands each record's text to `onRecord` until one is bad. Returns where the good ones end. */
export function readRecords(bytes: Buffer, onRecord: (text: string) => void): number {
  let offset = 0;
  while (offset < bytes.length) {
    const body = findRecord(bytes, offset);
    if (!body) return offset;
    onRecord(body.toString("utf8"));
    offset += headerBytes + body.length + 1;
  }
  return offset;
}

/** Whether a good record starts anywhere behind `offset`. */
export function hasRecordBehind(bytes: Buffer, offset: number): boolean {
  let lineEnd = bytes.indexOf(lineBreak, offset);
  while (lineEnd >= 0) {
    if (findRecord(bytes, lineEnd + 1)) return true;
    lineEnd = bytes.indexOf(lineBreak, lineEnd + 1);
  }
  return false;
}

const digits = "0123456789abcdef";
const space = 0x20;
const lineBreak = 0x0a;
const headerBytes = 18;
const header = /^([0-9a-f]{8}) ([0-9a-f]{8}) $/;

function findRecord(bytes: Buffer, offset: number): Buffer | undefined {
  const [, length, checksum] = header.exec(bytes.toString("latin1", offset, offset + headerBytes)) ?? [];
  if (length === undefined || checksum === undefined) return undefined;
  const start = offset + headerBytes;
  const end = start + Number.parseInt(length, 16);
  if (bytes[end] !== lineBreak) return undefined;
  const body = bytes.subarray(start, end);
  return toHex(crc32(body)) === checksum ? body : undefined;
}

function toHex(number: number): string {
  return number.toString(16).padStart(8, "0");
}
