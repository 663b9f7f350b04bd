import { describe, expect, it } from "vitest";
import { ann, bob, eve, viewer } from "../tasks/conea.fixture.ts";
import { openBatches, toChunks } from "./batches.fixture.ts";
import { deleteFile } from "./delete-file.ts";
import { partKey } from "./file-document.ts";
import { findFile, listFiles, openContent } from "./read-files.ts";
import { largestFile, storeFile } from "./store-file.ts";

const anything = { order: "desc" as const, limit: 100 };

describe("a file", () => {
  it("is kept in parts, and read back to the byte", async () => {
    const at = await openBatches();
    const content = Buffer.from(
      Array.from({ length: 50_000 }, (_, line) => `${line} ${"x".repeat(60)}\r\n`).join(""),
    );
    const { id } = await at.store(content);
    const { data } = await findFile(at.deps, ann, id);
    expect(data.parts).toHaveLength(4);
    const read = await new Response(openContent(at.deps, data)).bytes();
    expect(Buffer.compare(read, content)).toBe(0);
    await at.close();
  });

  it("is refused where it is too large or empty, and leaves nothing behind", async () => {
    const at = await openBatches();
    const line = Buffer.from(`${"x".repeat(999_999)}\n`);
    async function* endless() {
      for (let bytes = 0; bytes <= largestFile; bytes += line.length) yield line;
    }
    const keys: string[] = [];
    const blobs = {
      ...at.deps.blobs,
      put: (key: string, ...rest: [Uint8Array, { contentType: string }]) => {
        keys.push(key);
        return at.deps.blobs.put(key, ...rest);
      },
    };
    const store = (content: AsyncIterable<Uint8Array>) =>
      storeFile({ ...at.deps, blobs } as typeof at.deps, ann, { filename: "a", content });
    await expect(store(endless())).rejects.toMatchObject({ code: "too_large" });
    await expect(store(toChunks(Buffer.alloc(0)))).rejects.toMatchObject({ code: "invalid_request" });
    expect(keys.length).toBeGreaterThan(50);
    expect((await Promise.all(keys.map(at.deps.blobs.get))).filter(Boolean)).toEqual([]);
    expect((await listFiles(at.deps, ann, anything)).files).toEqual([]);
    await at.close();
  });

  it("is gone with its content once it is deleted", async () => {
    const at = await openBatches();
    const { id, parts } = await at.upload(["{}"]);
    await deleteFile(at.deps, ann, id);
    await expect(findFile(at.deps, ann, id)).rejects.toMatchObject({ code: "not_found" });
    await expect(deleteFile(at.deps, ann, id)).rejects.toMatchObject({ code: "not_found" });
    expect((await listFiles(at.deps, ann, anything)).files).toEqual([]);
    expect(await at.deps.blobs.get(partKey({ tenant: "acme", id }, parts[0]?.name ?? ""))).toBeUndefined();
    await at.close();
  });

  it("is its owner's: other users and tenants find nothing", async () => {
    const at = await openBatches();
    const { id } = await at.upload(["{}"]);
    for (const other of [bob, eve]) {
      await expect(findFile(at.deps, other, id)).rejects.toMatchObject({ code: "not_found" });
      await expect(deleteFile(at.deps, other, id)).rejects.toMatchObject({ code: "not_found" });
      expect((await listFiles(at.deps, other, anything)).files).toEqual([]);
    }
    await expect(deleteFile(at.deps, viewer, id)).rejects.toMatchObject({ code: "forbidden" });
    expect((await findFile(at.deps, viewer, id)).id).toBe(id);
    await at.close();
  });

  it("is listed by age, in both directions, page by page", async () => {
    const at = await openBatches();
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push((await at.upload(["{}"])).id);
    const first = await listFiles(at.deps, ann, { order: "asc", limit: 3 });
    expect([first.files.map(({ id }) => id), first.hasMore]).toEqual([ids.slice(0, 3), true]);
    const last = await listFiles(at.deps, ann, { order: "asc", limit: 3, after: ids[2] });
    expect([last.files.map(({ id }) => id), last.hasMore]).toEqual([ids.slice(3), false]);
    const newest = await listFiles(at.deps, ann, { ...anything, purpose: "batch" });
    expect(newest.files.map(({ id }) => id)).toEqual(ids.toReversed());
    await at.close();
  });
});
