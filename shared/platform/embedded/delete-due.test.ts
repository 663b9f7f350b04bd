import { describe, expect, it } from "vitest";
import type { Write } from "../documents.ts";
import { openOnDisk, readAll } from "./documents-on-disk.fixture.ts";
import { createFaultyDisk } from "./faulty-disk.fixture.ts";
import { newFolder } from "./folder.fixture.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const now = Date.parse("2026-01-31T00:00:00.000Z");
const set = (id: string, data: object): Write => ({ op: "set", path: `c/${id}`, data });

const writes = [
  set("due", { deleteAt: "2026-01-30T23:59:59.999Z" }),
  set("long-due", { deleteAt: "2025-01-01T00:00:00Z" }),
  set("within-the-millisecond", { deleteAt: "2026-01-31T00:00:00.000999Z" }),
  set("ahead", { deleteAt: "2026-01-31T00:00:01Z" }),
  set("below", { m: { deleteAt: "2025-01-01T00:00:00Z" } }),
  set("for-ever", {}),
];
const kept = ["ahead", "below", "for-ever", "within-the-millisecond"];

/** A folder with the documents, closed. */
async function fillFolder(more: Write[] = []): Promise<string> {
  const folder = newFolder();
  const { documents, close } = await openOnDisk(folder, { clock: createVirtualClock(now) });
  await documents.commit([...writes, ...more]);
  expect(await documents.count({ collection: "c" })).toBe(writes.length + more.length);
  await close();
  return folder;
}

async function openAt(folder: string, ms: number, options: Parameters<typeof openOnDisk>[1] = {}) {
  const opened = await openOnDisk(folder, { clock: createVirtualClock(ms), ...options });
  return { ...opened, ids: async () => (await readAll(opened)).map(({ id }) => id) };
}

describe("a data folder that is opened", () => {
  it("loses what is due, and nothing else", async () => {
    const { ids, close } = await openAt(await fillFolder(), now);
    expect(await ids()).toEqual(kept);
    await close();
  });

  it("never gives back what it lost, though the clock steps back", async () => {
    const folder = await fillFolder();
    await (await openAt(folder, now)).close();
    const { ids, close } = await openAt(folder, 0);
    expect(await ids()).toEqual(kept);
    await close();
  });

  it("gives what is written anew in its place a time of its own, also across a restart", async () => {
    const folder = await fillFolder();
    const opened = await openAt(folder, now);
    const [time] = await opened.documents.commit([set("due", { deleteAt: "2026-01-30T23:59:59.999Z" })]);
    await opened.close();
    const { documents, close } = await openAt(folder, 0);
    expect(await documents.get("c/due")).toMatchObject({ updateTime: time });
    await close();
  });

  it("loses more than one commit can hold", async () => {
    const many = Array.from({ length: 494 }, (_, n) => set(`d${n}`, { deleteAt: "2026-01-01T00:00:00Z" }));
    const folder = await fillFolder(many);
    const opened = await openAt(folder, 0);
    await opened.documents.commit(many.map((_, n) => set(`e${n}`, { deleteAt: "2026-01-01T00:00:00Z" })));
    await opened.close();
    const { ids, close } = await openAt(folder, now);
    expect(await ids()).toEqual(kept);
    await close();
  });

  it("opens with all of it while the disk is full, and says so", async () => {
    const folder = await fillFolder();
    const { disk, decide } = createFaultyDisk();
    decide((operation) => (operation === "write" ? "half" : undefined));
    const full = await openAt(folder, now, { disk });
    expect(await full.documents.count({ collection: "c" })).toBe(writes.length);
    expect(full.lines.map(({ sentence }) => sentence)).toContain(
      "documents that are due could not be deleted",
    );
    decide(() => undefined);
    await full.close();
    const { ids, close } = await openAt(folder, now);
    expect(await ids()).toEqual(kept);
    await close();
  });
});
