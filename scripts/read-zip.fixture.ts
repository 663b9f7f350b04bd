import { crc32, inflateRawSync } from "node:zlib";

/** Reads an archive by the directory at its end. Throws where a part of it contradicts another. */
export function readZip(zip: Buffer): Map<string, Buffer> {
  const end = zip.length - 22;
  if (zip.readUInt32LE(end) !== 0x06054b50) throw new Error("no end record where one belongs");
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error("no entry where one belongs");
    const name = zip.toString("utf8", at + 46, at + 46 + zip.readUInt16LE(at + 28));
    files.set(name, readFile(zip, zip.readUInt32LE(at + 42), zip.subarray(at + 10, at + 28), name));
    at += 46 + zip.readUInt16LE(at + 28);
  }
  if (at !== end) throw new Error("the directory does not end where it says");
  return files;
}

function readFile(zip: Buffer, at: number, common: Buffer, name: string): Buffer {
  if (zip.readUInt32LE(at) !== 0x04034b50) throw new Error(`${name} is not where the directory says`);
  if (!zip.subarray(at + 8, at + 26).equals(common)) throw new Error(`${name} has two descriptions`);
  const start = at + 30 + zip.readUInt16LE(at + 26);
  if (zip.toString("utf8", at + 30, start) !== name) throw new Error(`${name} has two names`);
  const content = inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 18)));
  if (crc32(content) !== zip.readUInt32LE(at + 14)) throw new Error(`${name} does not match its checksum`);
  if (content.length !== zip.readUInt32LE(at + 22)) throw new Error(`${name} does not have its length`);
  return content;
}
