import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type BlobKind, blobKinds } from "../blob-kinds.ts";
import { putBlob, toBlobKey } from "../put-blob.ts";
import { openEmbeddedBlobs } from "./blobs.ts";
import { newFolder } from "./folder.fixture.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const dayMs = 24 * 60 * 60 * 1_000;
const kinds = Object.keys(blobKinds) as BlobKind[];
const keyOf = (kind: BlobKind) => toBlobKey(kind, "acme", "one", "two");
/** Each kind that is gone so many days after it was written where nobody says when. */
const aged = kinds.filter((kind) => blobKinds[kind].end.by === "age");

async function open(options: { folder?: string; keepDays?: number }) {
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00.000Z"));
  const opened = await openEmbeddedBlobs({ ...options, clock, baseUrl: () => "http://127.0.0.1:8080" });
  const write = async () => {
    for (const kind of kinds)
      await putBlob(opened, keyOf(kind), Buffer.from(kind), { contentType: "text/plain" });
  };
  const left = async () => {
    const found = await Promise.all(kinds.map((kind) => opened.blobs.get(keyOf(kind))));
    return kinds.filter((_, index) => found[index]);
  };
  await write();
  return { ...opened, clock, write, left };
}

describe.each([
  ["in memory", () => ({})],
  ["in a folder", () => ({ folder: newFolder() })],
])("blobs %s whose end has come", (_, where) => {
  it("are deleted where their kind ends by its age, and others stay", async () => {
    const at = await open(where());
    expect(aged).toEqual(["cached", "hookBody"]);
    await at.clock.advance(31 * dayMs - 1);
    expect(await at.deleteDue()).toBe(0);
    await at.clock.advance(1);
    expect(await at.deleteDue()).toBe(aged.length);
    expect(await at.left()).toEqual(kinds.filter((kind) => !aged.includes(kind)));
  });

  it("are all deleted after the days that an operator names", async () => {
    const at = await open({ ...where(), keepDays: 40 });
    await at.clock.advance(40 * dayMs);
    expect(await at.deleteDue()).toBe(kinds.length);
    expect(await at.left()).toEqual([]);
  });

  it("live on where they are written again", async () => {
    const at = await open(where());
    await at.clock.advance(30 * dayMs);
    await at.write();
    await at.clock.advance(30 * dayMs);
    expect(await at.deleteDue()).toBe(0);
  });
});

describe("a folder of blobs", () => {
  it("keeps no empty folders of those that are gone", async () => {
    const folder = newFolder();
    const at = await open({ folder, keepDays: 1 });
    await at.clock.advance(dayMs);
    await at.deleteDue();
    expect(readdirSync(folder).filter((name) => !name.startsWith("."))).toEqual([]);
  });

  it("takes blobs while it goes with the last one in it", async () => {
    const { blobs } = await open({ folder: newFolder() });
    const comeAndGo = async (key: string) => {
      for (let round = 0; round < 100; round++) {
        expect((await blobs.put(key, Buffer.from("new"), { contentType: "text/plain" })).bytes).toBe(3);
        await blobs.delete(key);
      }
    };
    await Promise.all(["a/b/1", "a/b/2", "a/b/3", "a/b/4"].map(comeAndGo));
  });
});
