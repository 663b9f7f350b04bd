import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BlobInfo } from "../blobs.ts";
import type { BlobStore } from "./blob-store.ts";
import { isMissing } from "./is-missing.ts";

/** A blob's file begins with one line that says what it is, so that content and type are replaced in one step. */
const headerBytes = 1_024;
const chunkBytes = 65_536;

/** Blobs as files below `folder`. What a crash left half written is removed first. */
export async function openFileBlobStore(folder: string): Promise<BlobStore> {
  // No segment of a key starts with a dot or holds a tilde: neither folder nor suffix meets a key.
  const incoming = join(folder, ".incoming");
  const toPath = (key: string) => join(folder, `${key}~blob`);
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });

  return {
    async write(key, contentType, content) {
      const partial = join(incoming, randomUUID());
      try {
        const bytes = await writeFile(partial, toHeader({ key, contentType }), content);
        await mkdir(dirname(toPath(key)), { recursive: true, mode: 0o700 });
        await rename(partial, toPath(key));
        return { key, contentType, bytes };
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },
    async open(key) {
      const file = await openExisting(toPath(key));
      return file && (await readFile(file, key));
    },
    remove: (key) => rm(toPath(key), { force: true }),
  };
}

function toHeader(about: Pick<BlobInfo, "key" | "contentType">): Buffer {
  const line = Buffer.from(JSON.stringify(about));
  if (line.length >= headerBytes) throw new RangeError("a blob's content type is too long");
  return Buffer.concat([line, Buffer.alloc(headerBytes - line.length - 1, " "), Buffer.from("\n")]);
}

async function writeFile(path: string, header: Buffer, content: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.write(header);
    let bytes = 0;
    for await (const chunk of content) {
      await file.writeFile(chunk);
      bytes += chunk.byteLength;
    }
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readFile(file: FileHandle, key: string) {
  try {
    const { buffer } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    const { contentType } = JSON.parse(buffer.toString("utf8")) as Pick<BlobInfo, "contentType">;
    const { size } = await file.stat();
    return { info: { key, contentType, bytes: size - headerBytes }, content: toContent(file) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The file is closed when the stream ends, fails or is cancelled. */
function toContent(file: FileHandle): ReadableStream<Uint8Array> {
  let position = headerBytes;
  async function readNext(): Promise<Uint8Array> {
    const { bytesRead, buffer } = await file.read(new Uint8Array(chunkBytes), 0, chunkBytes, position);
    position += bytesRead;
    return buffer.subarray(0, bytesRead);
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await readNext().catch((error) => file.close().then(() => Promise.reject(error)));
      if (chunk.length > 0) return controller.enqueue(chunk);
      await file.close();
      controller.close();
    },
    cancel: () => file.close(),
  });
}
