import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { BlobInfo } from "../blobs.ts";
import type { BlobStore, StoredBlob } from "./blob-store.ts";
import { isMissing } from "./is-missing.ts";

/** A blob's file begins with one line that says what it is, so that content and type are replaced in one step. */
const headerBytes = 1_024;
const chunkBytes = 65_536;
const suffix = "~blob";
const mostMoves = 10;

/** Blobs as files below `folder`. What a crash left half written is removed first. */
export async function openFileBlobStore(folder: string, clock: Clock): Promise<BlobStore> {
  // No segment of a key starts with a dot or holds a tilde: neither folder nor suffix meets a key.
  const incoming = join(folder, ".incoming");
  const toPath = (key: string) => join(folder, `${key}${suffix}`);
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });

  return {
    async write(key, contentType, content) {
      const partial = join(incoming, randomUUID());
      try {
        const header = toHeader({ key, contentType });
        const bytes = await writeFile(partial, { header, content, writtenAt: clock.now() });
        await moveInto(partial, toPath(key));
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
    async remove(key) {
      await rm(toPath(key), { force: true });
      await removeEmpty(dirname(toPath(key)), folder);
    },
    list: () => listFolder(folder, folder),
  };
}

/** A folder may be removed as empty while it is made, and before the move. */
async function moveInto(partial: string, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return await rename(partial, path);
    } catch (error) {
      if (!isMissing(error) || tries === mostMoves) throw error;
    }
  }
}

/** Removes a folder that holds nothing any more, and those above it that then hold nothing. */
async function removeEmpty(path: string, root: string): Promise<void> {
  if (path === root) return;
  try {
    await rmdir(path);
  } catch {
    // It holds something, or is gone already.
    return;
  }
  await removeEmpty(dirname(path), root);
}

async function* listFolder(path: string, root: string): AsyncGenerator<StoredBlob> {
  for (const entry of await readdir(path, { withFileTypes: true }).catch(noneIfMissing)) {
    if (entry.name.startsWith(".")) continue;
    const below = join(path, entry.name);
    if (entry.isDirectory()) yield* listFolder(below, root);
    if (!entry.isFile() || !entry.name.endsWith(suffix)) continue;
    const found = await stat(below).catch(noneIfMissing);
    if (!("mtimeMs" in found)) continue;
    const key = relative(root, below).slice(0, -suffix.length).replaceAll(sep, "/");
    yield { key, writtenAt: found.mtimeMs };
  }
}

function noneIfMissing(error: unknown): never[] {
  if (isMissing(error)) return [];
  throw error;
}

function toHeader(about: Pick<BlobInfo, "key" | "contentType">): Buffer {
  const line = Buffer.from(JSON.stringify(about));
  if (line.length >= headerBytes) throw new RangeError("a blob's content type is too long");
  return Buffer.concat([line, Buffer.alloc(headerBytes - line.length - 1, " "), Buffer.from("\n")]);
}

type Content = { header: Buffer; content: AsyncIterable<Uint8Array>; writtenAt: number };

async function writeFile(path: string, { header, content, writtenAt }: Content): Promise<number> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.write(header);
    let bytes = 0;
    for await (const chunk of content) {
      await file.writeFile(chunk);
      bytes += chunk.byteLength;
    }
    await file.utimes(writtenAt / 1_000, writtenAt / 1_000);
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
