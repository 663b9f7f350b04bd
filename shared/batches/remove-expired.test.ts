import { describe, expect, it } from "vitest";
import { ann } from "../tasks/conea.fixture.ts";
import { aLine, openBatches, someLines, toChunks } from "./batches.fixture.ts";
import { createBatch } from "./create-batch.ts";
import { deleteFile } from "./delete-file.ts";
import { type FileDocument, filePath, partKey } from "./file-document.ts";
import { findFile, listFiles, openContent } from "./read-files.ts";
import { removeExpired } from "./remove-expired.ts";
import { storeFile } from "./store-file.ts";

const hour = 3_600_000;
const anything = { order: "asc" as const, limit: 2 };
const endpoint = "/v1/chat/completions";

async function open() {
  const at = await openBatches();
  const store = (lines = [aLine("a")], hours: number | undefined = 1) =>
    storeFile(
      at.deps,
      ann,
      { filename: "a.jsonl", content: toChunks(Buffer.from(lines.join("\n"))) },
      { expiresAfterSeconds: hours && hours * 3_600 },
    );
  const stored = async ({ id, tenant, parts }: FileDocument) => ({
    document: (await at.deps.documents.get(filePath(id))) !== undefined,
    blob: (await at.deps.blobs.get(partKey({ tenant, id }, parts[0]?.name ?? ""))) !== undefined,
  });
  const removed = (changes: object) => ({ removed: 0, used: 0, failed: 0, ...changes });
  return { ...at, storeExpiring: store, stored, removed };
}

describe("a file that expires", () => {
  it("is there to the last moment, and then neither found, listed nor deleted", async () => {
    const at = await open();
    const file = await at.storeExpiring();
    await at.clock.advance(hour - 1);
    const { data } = await findFile(at.deps, ann, file.id);
    expect(await new Response(openContent(at.deps, data)).text()).toBe(aLine("a"));
    expect((await listFiles(at.deps, ann, anything)).files).toHaveLength(1);
    await at.clock.advance(1);
    await expect(findFile(at.deps, ann, file.id)).rejects.toMatchObject({ code: "not_found" });
    await expect(deleteFile(at.deps, ann, file.id)).rejects.toMatchObject({ code: "not_found" });
    expect((await listFiles(at.deps, ann, anything)).files).toEqual([]);
    const batch = createBatch(at.deps, ann, { inputFileId: file.id, endpoint });
    await expect(batch).rejects.toMatchObject({ code: "not_found" });
    await at.close();
  });

  it("leaves nothing behind after the sweep, which leaves the others alone", async () => {
    const at = await open();
    const [old, young, lasting] = [
      await at.storeExpiring(),
      await at.storeExpiring([aLine("b")], 2),
      await at.upload([aLine("c")]),
    ];
    await at.clock.advance(hour);
    expect(await removeExpired(at.deps)).toEqual(at.removed({ removed: 1 }));
    expect(await at.stored(old)).toEqual({ document: false, blob: false });
    for (const file of [young, lasting])
      expect(await at.stored(file)).toEqual({ document: true, blob: true });
    expect(await removeExpired(at.deps)).toEqual(at.removed({}));
    await at.close();
  });

  it("is in nobody's way in a list before the sweep comes", async () => {
    const at = await open();
    for (let count = 0; count < 5; count++) await at.storeExpiring();
    const ids = [];
    for (let count = 0; count < 3; count++) ids.push((await at.upload(["{}"])).id);
    await at.clock.advance(hour);
    const first = await listFiles(at.deps, ann, anything);
    expect([first.files.map(({ id }) => id), first.hasMore]).toEqual([ids.slice(0, 2), true]);
    const last = await listFiles(at.deps, ann, { ...anything, after: ids[1] });
    expect([last.files.map(({ id }) => id), last.hasMore]).toEqual([ids.slice(2), false]);
    await at.close();
  });

  it("is read to its end by a batch that began before, and goes after it", async () => {
    const at = await open();
    const file = await at.storeExpiring(someLines(3));
    const { id } = await createBatch(at.deps, ann, { inputFileId: file.id, endpoint });
    await at.clock.advance(hour);
    expect(await removeExpired(at.deps)).toEqual(at.removed({ used: 1 }));
    expect(await at.finish(id)).toMatchObject({ completed: 3 });
    expect(await removeExpired(at.deps)).toEqual(at.removed({ removed: 1 }));
    expect(await at.stored(file)).toEqual({ document: false, blob: false });
    await at.close();
  });

  it("is removed whole by the next sweep where one has died in between", async () => {
    const at = await open();
    const file = await at.storeExpiring();
    await at.clock.advance(hour);
    const blobs = { ...at.deps.blobs, delete: () => Promise.reject(new Error("died")) };
    expect(await removeExpired({ ...at.deps, blobs })).toEqual(at.removed({ failed: 1 }));
    expect(await at.stored(file)).toEqual({ document: true, blob: true });
    expect(await removeExpired(at.deps)).toEqual(at.removed({ removed: 1 }));
    expect(await at.stored(file)).toEqual({ document: false, blob: false });
    await at.close();
  });

  it("is not taken from a batch that has found it in time", async () => {
    const at = await open();
    const file = await at.storeExpiring();
    const found = await at.deps.documents.get<FileDocument>(filePath(file.id));
    await at.clock.advance(hour);
    // The sweep has read it as well; the batch's commit comes first.
    const documents = {
      ...at.deps.documents,
      async query() {
        await at.deps.documents.commit([{ op: "update", path: filePath(file.id), increments: { uses: 1 } }]);
        return [found];
      },
    } as unknown as typeof at.deps.documents;
    expect(await removeExpired({ ...at.deps, documents })).toEqual(at.removed({ used: 1 }));
    expect(await at.stored(file)).toEqual({ document: true, blob: true });
    await at.close();
  });
});

describe("the results of a batch that are to expire", () => {
  it("do so from when they are there, output and errors alike", async () => {
    const at = await open();
    const { id: inputFileId } = await at.upload([aLine("a"), aLine("odd", "odd", "unheard-of")]);
    const asked = { inputFileId, endpoint, outputExpiresAfterSeconds: 3_600 };
    const { id } = await createBatch(at.deps, ann, asked);
    await at.clock.advance(hour / 2);
    const { outputFileId = "", errorFileId = "" } = await at.finish(id);
    await at.clock.advance(hour / 2);
    expect(await at.results(outputFileId)).toHaveLength(1);
    expect(await at.results(errorFileId)).toHaveLength(1);
    await at.clock.advance(hour / 2);
    for (const fileId of [outputFileId, errorFileId])
      await expect(findFile(at.deps, ann, fileId)).rejects.toMatchObject({ code: "not_found" });
    expect(await removeExpired(at.deps)).toEqual(at.removed({ removed: 2 }));
    await at.close();
  });

  it("are another request under the same Idempotency-Key", async () => {
    const at = await open();
    const { id: inputFileId } = await at.upload([aLine("a")]);
    const asked = { inputFileId, endpoint, outputExpiresAfterSeconds: 3_600 };
    const { id } = await createBatch(at.deps, ann, asked, "key");
    expect((await createBatch(at.deps, ann, asked, "key")).id).toBe(id);
    const other = createBatch(at.deps, ann, { ...asked, outputExpiresAfterSeconds: 7_200 }, "key");
    await expect(other).rejects.toMatchObject({ code: "idempotency_key_reused" });
    await at.close();
  });
});
