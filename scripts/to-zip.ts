import { crc32, deflateRawSync } from "node:zlib";

const signatures = { file: 0x04034b50, entry: 0x02014b50, end: 0x06054b50 };
const version = 20;
const utf8Names = 0x0800;
const deflated = 8;
/** 1 January 1980, the first day a zip can name: archives of the same files are the same bytes, whenever they are made. */
const date = 0x0021;
const readableByAll = (0o100644 << 16) >>> 0;

/** A zip archive of the files, by their path with forward slashes, in the order of their paths. At most 65,535 files and 4 GB. */
export function toZip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const records: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { record, entry } = toEntry(Buffer.from(path, "utf8"), content, offset);
    records.push(record);
    entries.push(entry);
    offset += record.length;
  }
  return Buffer.concat([...records, ...entries, toEnd(entries, offset)]);
}

/** The file as it stands in the archive, and its line in the directory at the end. */
function toEntry(name: Buffer, content: Uint8Array, offset: number): { record: Buffer; entry: Buffer } {
  const packed = deflateRawSync(content, { level: 9 });
  const common = Buffer.concat([
    shorts(version, utf8Names, deflated, 0, date),
    longs(crc32(content), packed.length, content.length),
    shorts(name.length, 0),
  ]);
  return {
    record: Buffer.concat([longs(signatures.file), common, name, packed]),
    entry: Buffer.concat([
      longs(signatures.entry),
      shorts((3 << 8) | version),
      common,
      shorts(0, 0, 0),
      longs(readableByAll, offset),
      name,
    ]),
  };
}

function toEnd(entries: Buffer[], offset: number): Buffer {
  const bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
  return Buffer.concat([
    longs(signatures.end),
    shorts(0, 0, entries.length, entries.length),
    longs(bytes, offset),
    shorts(0),
  ]);
}

const shorts = (...values: number[]) => toBytes(values, 2);
const longs = (...values: number[]) => toBytes(values, 4);

function toBytes(values: number[], width: 2 | 4): Buffer {
  const bytes = Buffer.alloc(values.length * width);
  for (const [at, value] of values.entries()) bytes.writeUIntLE(value, at * width, width);
  return bytes;
}
