import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Snapshot, Write } from "../documents.ts";
import { openOnDisk, readAll, readFolder } from "./documents-on-disk.fixture.ts";
import { createFaultyDisk } from "./faulty-disk.fixture.ts";
import { copyFolder, newFolder } from "./folder.fixture.ts";
import { JournalDamaged } from "./journal-damaged.ts";

const compactAboveBytes = 1_000;

/** Commit `n` of a run in which much is written and little stays. */
function toWrites(n: number): Write[] {
  const path = `c/d${n % 3}`;
  if (n % 7 === 6) return [{ op: "delete", path }];
  return [{ op: "set", path, data: { n, text: "x".repeat(n % 5) } }];
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await nextTurn();
}

const namesOf = (folder: string) => readdirSync(folder).filter((name) => name !== "lock");

describe("compaction", () => {
  it("keeps the files small and what is in them the same", async () => {
    const folder = newFolder();
    const opened = await openOnDisk(folder, { compactAboveBytes });
    for (let n = 0; n < 300; n++) {
      await opened.documents.commit(toWrites(n));
      await nextTurn();
    }
    await settle();
    const state = await readAll(opened);
    const bytes = namesOf(folder).map((name) => statSync(join(folder, name)).size);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(3_000);
    expect(namesOf(folder).map((name) => name.slice(9))).toEqual(["journal", "snapshot"]);
    await opened.close();
    expect(await readFolder(folder)).toEqual(state);
  });

  it("leaves a small journal alone, and one that is not half out of date", async () => {
    const folder = newFolder();
    const { documents, close } = await openOnDisk(folder, { compactAboveBytes });
    for (let n = 0; n < 50; n++) {
      await documents.commit([{ op: "create", path: `c/d${n}`, data: { text: "x".repeat(100) } }]);
      await nextTurn();
    }
    expect(namesOf(folder)).toEqual(["00000001.journal"]);
    await close();
  });

  it("goes on taking commits meanwhile", async () => {
    const folder = newFolder();
    const { disk, done } = createFaultyDisk();
    const opened = await openOnDisk(folder, { disk, compactAboveBytes: 1_000_000 });
    const text = "x".repeat(10_000);
    let meanwhile = 0;
    for (let n = 0; !done.includes("rename"); n++) {
      await opened.documents.commit([{ op: "set", path: `c/d${n % 80}`, data: { n, text } }]);
      if (done.filter((one) => one === "open").length === 3) meanwhile += 1;
      await nextTurn();
    }
    expect(meanwhile).toBeGreaterThan(3);
    const state = await readAll(opened);
    await settle();
    await opened.close();
    expect(await readFolder(folder)).toEqual(state);
  });

  it("flushes the old segment before the new one is used, and the snapshot before it replaces anything", async () => {
    const { disk, done } = createFaultyDisk();
    const { documents, close } = await openOnDisk(newFolder(), { disk, compactAboveBytes: 1_000 });
    const set = (n: number) =>
      documents.commit([{ op: "set", path: "c/a", data: { n, text: "x".repeat(600) } }]);
    while (!done.includes("removeLater")) {
      for (let n = 0; n < 5; n++) await set(n);
      await settle();
    }
    const begin = done.indexOf("flushLater");
    const steps = done.slice(begin).filter((one) => one !== "write" && one !== "close");
    expect(steps).toEqual([
      ...["flushLater", "flush", "open", "flushFolder"],
      ...["open", "flushLater", "rename", "flushFolder", "removeLater"],
    ]);
    await close();
  });

  it("keeps write times growing after a restart from a snapshot alone", async () => {
    const folder = newFolder();
    const opened = await openOnDisk(folder, { compactAboveBytes: 100 });
    let last = "";
    while (namesOf(folder).length < 2 || statSync(join(folder, namesOf(folder)[0] ?? "")).size > 0) {
      [last = ""] = await opened.documents.commit([{ op: "set", path: "c/a", data: { last } }]);
      await opened.documents.commit([{ op: "delete", path: "c/a" }]);
      await settle();
    }
    await opened.close();
    const again = await openOnDisk(folder);
    const [time = ""] = await again.documents.commit([{ op: "set", path: "c/a", data: {} }]);
    expect(time > last).toBe(true);
    await again.close();
  });

  it("that fails is tried again later, and loses nothing", async () => {
    const folder = newFolder();
    const { disk, done, decide } = createFaultyDisk();
    const opened = await openOnDisk(folder, { disk, compactAboveBytes });
    decide((operation) => (operation === "rename" ? "fail" : undefined));
    for (let n = 0; n < 100; n++) {
      await opened.documents.commit(toWrites(n));
      await settle();
    }
    const failures = done.filter((one) => one === "rename").length;
    expect(failures).toBeGreaterThan(1);
    expect(failures).toBeLessThan(20);
    expect(opened.lines.filter(({ severity }) => severity === "WARNING")).toHaveLength(failures);
    expect(await readFolder(copyFolder(folder))).toEqual(await readAll(opened));
    decide(() => undefined);
    for (let n = 100; n < 200; n++) {
      await opened.documents.commit(toWrites(n));
      await settle();
    }
    expect(namesOf(folder)).toHaveLength(2);
    const state = await readAll(opened);
    await opened.close();
    expect(await readFolder(folder)).toEqual(state);
  });
});

describe("a folder in which compaction failed", () => {
  it("is not opened when the end of a segment that others follow is missing", async () => {
    const folder = newFolder();
    const { disk, decide } = createFaultyDisk();
    const { documents, close } = await openOnDisk(folder, { disk, compactAboveBytes });
    decide((operation) => (operation === "rename" ? "fail" : undefined));
    for (let n = 0; namesOf(folder).length < 2 || n < 40; n++) {
      await documents.commit(toWrites(n));
      await settle();
    }
    decide(() => undefined);
    await close();
    const path = join(folder, "00000001.journal");
    truncateSync(path, statSync(path).size - 1);
    await expect(openOnDisk(folder)).rejects.toThrow(JournalDamaged);
  });
});

describe("a process that dies while it compacts", () => {
  /** Commits until the disk dies at its operation `at`; returns the folder, and the states it may hold then. */
  async function runUntil(at: number): Promise<{ folder: string; states: Snapshot[][]; total: number }> {
    const folder = newFolder();
    const { disk, done, decide } = createFaultyDisk();
    const opened = await openOnDisk(folder, { disk, compactAboveBytes: 400 });
    const twin = await openOnDisk(newFolder());
    decide((_operation, count) => (count === at ? "half" : count > at ? "fail" : undefined));
    for (let n = 0; n < 25 && done.length < at; n++) {
      await twin.documents.commit(toWrites(n));
      await opened.documents.commit(toWrites(n)).catch(() => undefined);
      await settle();
    }
    const states = [await readAll(opened), await readAll(twin)];
    const left = copyFolder(folder);
    decide(() => undefined);
    await Promise.all([opened.close().catch(() => undefined), twin.close()]);
    return { folder: left, states, total: done.length };
  }

  it("leaves every commit that succeeded, at whatever step it died", async () => {
    const { total } = await runUntil(Number.POSITIVE_INFINITY);
    for (let at = 1; at <= total; at++) {
      const { folder, states } = await runUntil(at);
      const found = await readFolder(folder);
      expect(states.map(toContent)).toContainEqual(toContent(found));
      expect(namesOf(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
    }
  });

  const toContent = (snapshots: Snapshot[]) => snapshots.map(({ id, data }) => ({ id, data }));
});

describe("a folder with a snapshot", () => {
  async function makeFolder(): Promise<string> {
    const folder = newFolder();
    const { documents, close } = await openOnDisk(folder, { compactAboveBytes: 400 });
    for (let n = 0; n < 20; n++) {
      await documents.commit(toWrites(n));
      await settle();
    }
    await close();
    return folder;
  }

  it.each(["journal", "snapshot"])("is not opened without its %s", async (kind) => {
    const folder = await makeFolder();
    const { disk } = createFaultyDisk();
    for (const name of namesOf(folder)) if (name.endsWith(kind)) disk.remove(join(folder, name));
    await expect(openOnDisk(folder)).rejects.toThrow(JournalDamaged);
  });

  it("is not opened when the snapshot is cut short or damaged", async () => {
    const folder = await makeFolder();
    const path = join(folder, namesOf(folder).find((name) => name.endsWith("snapshot")) ?? "");
    const { disk } = createFaultyDisk();
    const whole = disk.read(path);
    for (let length = 0; length < whole.length; length += 7) {
      const file = disk.open(path);
      disk.truncate(file, length);
      await expect(openOnDisk(folder)).rejects.toThrow(JournalDamaged);
      disk.write(file, whole, 0);
      disk.close(file);
    }
    await (await openOnDisk(folder)).close();
  });
});
