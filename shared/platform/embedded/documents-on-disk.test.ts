import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeDocuments } from "../documents.contract.ts";
import type { Snapshot, Write } from "../documents.ts";
import { openOnDisk, readAll, readFolder } from "./documents-on-disk.fixture.ts";
import { createFaultyDisk } from "./faulty-disk.fixture.ts";
import { copyFolder, newFolder } from "./folder.fixture.ts";
import { FolderInUse } from "./folder-lock.ts";
import { JournalDamaged } from "./journal-damaged.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const segment = "00000001.journal";

/** A commit of every kind of write. */
const commits: Write[][] = [
  [
    { op: "create", path: "c/a", data: { n: 1, m: { x: "ä😀" }, v: { $vector: [0.1, 2] } } },
    { op: "create", path: "c/b", data: { list: [1, { k: null }] } },
  ],
  [{ op: "update", path: "c/a", fields: { "m.y": true }, increments: { n: 2 }, removes: ["m.x"] }],
  [
    { op: "set", path: "c/b", data: { replaced: true }, precondition: { exists: true } },
    { op: "create", path: "c/a/below/x", data: {} },
  ],
  [
    { op: "delete", path: "c/b" },
    { op: "set", path: "c/d", data: { text: "line\nbreak" } },
  ],
  [{ op: "update", path: "c/d", increments: { n: 1 } }],
];

/** The states of the folder after each commit, and the sizes of its journal. */
async function writeAll(folder: string): Promise<{ states: Snapshot[][]; sizes: number[] }> {
  const opened = await openOnDisk(folder);
  const states = [await readAll(opened)];
  const sizes = [0];
  for (const writes of commits) {
    await opened.documents.commit(writes);
    states.push(await readAll(opened));
    sizes.push(statSync(join(folder, segment)).size);
  }
  await opened.close();
  return { states, sizes };
}

describe("embedded documents on disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "conea-contract-"));
  describeDocuments(async () => {
    const { documents, close } = await openOnDisk(folder);
    return { documents, close: () => close().then(() => rmSync(folder, { recursive: true })) };
  });
});

describe("a data folder", () => {
  it("gives back what was committed, with its times", async () => {
    const folder = newFolder();
    const { states } = await writeAll(folder);
    expect(await readFolder(folder)).toEqual(states.at(-1));
  });

  it("answers queries over what it gave back", async () => {
    const folder = newFolder();
    await writeAll(folder);
    const { documents, close } = await openOnDisk(folder);
    expect(await documents.count({ collection: "c", where: [["n", ">=", 1]] })).toBe(2);
    expect(await documents.count({ collection: "c/a/below" })).toBe(1);
    await close();
  });

  it("has what was committed though nobody closed it", async () => {
    const folder = newFolder();
    const opened = await openOnDisk(folder);
    await opened.documents.commit(commits[0] ?? []);
    expect(await readFolder(copyFolder(folder))).toEqual(await readAll(opened));
    await opened.close();
  });

  it("writes nothing for a commit that changes nothing", async () => {
    const folder = newFolder();
    const { documents, close } = await openOnDisk(folder);
    await documents.commit([{ op: "delete", path: "c/absent" }]);
    await documents.commit([]);
    expect(statSync(join(folder, segment)).size).toBe(0);
    await close();
  });

  it("keeps write times growing when the clock steps back, also across a restart", async () => {
    const folder = newFolder();
    const clock = createVirtualClock(Date.parse("2026-05-05T05:05:05.005Z"));
    const first = await openOnDisk(folder, { clock });
    const set = (n: number): Write[] => [{ op: "set", path: "c/a", data: { n } }];
    const times = [...(await first.documents.commit(set(1))), ...(await first.documents.commit(set(2)))];
    clock.shift(-3_600_000);
    times.push(...(await first.documents.commit(set(3))));
    await first.close();
    const second = await openOnDisk(folder, { clock });
    times.push(...(await second.documents.commit(set(4))));
    clock.shift(2 * 3_600_000);
    times.push(...(await second.documents.commit(set(5))));
    expect(times).toEqual([
      "2026-05-05T05:05:05.005000Z",
      "2026-05-05T05:05:05.005001Z",
      "2026-05-05T05:05:05.005002Z",
      "2026-05-05T05:05:05.005003Z",
      "2026-05-05T06:05:05.005000Z",
    ]);
    await second.close();
  });

  it("refuses to be opened twice, and can be opened again once closed", async () => {
    const folder = newFolder();
    const first = await openOnDisk(folder);
    await expect(openOnDisk(folder)).rejects.toThrow(FolderInUse);
    await first.close();
    await (await openOnDisk(folder)).close();
    expect(readdirSync(folder)).toEqual([segment]);
  });

  it("refuses commits once closed", async () => {
    const { documents, close } = await openOnDisk(newFolder());
    await close();
    await expect(documents.commit(commits[0] ?? [])).rejects.toThrow("closed");
  });
});

describe("a data folder whose process died", () => {
  it("holds every commit but the one that was torn, wherever that was cut", async () => {
    const folder = newFolder();
    const { states, sizes } = await writeAll(folder);
    for (let length = sizes.at(-1) ?? 0; length >= 0; length--) {
      truncateSync(join(folder, segment), length);
      const complete = sizes.filter((size) => size <= length).length - 1;
      expect(await readFolder(folder)).toEqual(states[complete]);
      expect(statSync(join(folder, segment)).size).toBe(sizes[complete]);
    }
  });

  it("goes on from there", async () => {
    const folder = newFolder();
    const { sizes } = await writeAll(folder);
    truncateSync(join(folder, segment), (sizes.at(-1) ?? 0) - 1);
    const { documents, close, lines } = await openOnDisk(folder);
    expect(lines.map(({ severity }) => severity)).toEqual(["WARNING"]);
    await documents.commit([{ op: "create", path: "c/new", data: {} }]);
    await close();
    expect((await readFolder(folder)).map(({ id }) => id)).toEqual(["a", "d", "new"]);
  });

  it("loses a last record that is complete but wrong, as if it were torn", async () => {
    const folder = newFolder();
    const { states, sizes } = await writeAll(folder);
    damage(join(folder, segment), (sizes.at(-1) ?? 0) - 3);
    expect(await readFolder(folder)).toEqual(states.at(-2));
  });
});

describe("a data folder that is damaged", () => {
  it("is not opened when a record in the middle is wrong, and says where", async () => {
    const folder = newFolder();
    const { sizes } = await writeAll(folder);
    const path = join(folder, segment);
    const start = sizes[1] ?? 0;
    for (const offset of [start, start + 10, start + 30]) {
      const good = readFileSync(path);
      damage(path, offset);
      const bad = readFileSync(path);
      await expect(openOnDisk(folder)).rejects.toThrow(JournalDamaged);
      await expect(openOnDisk(folder)).rejects.toThrow(`${path} has a damaged record (at byte ${start})`);
      expect(readFileSync(path)).toEqual(bad);
      writeFileSync(path, good);
    }
    await (await openOnDisk(folder)).close();
  });
});

describe("a full disk", () => {
  it("refuses the commit, applies nothing of it, and takes the next once there is room", async () => {
    const folder = newFolder();
    const { disk, decide } = createFaultyDisk();
    const opened = await openOnDisk(folder, { disk });
    await opened.documents.commit(commits[0] ?? []);
    const before = await readAll(opened);
    decide((operation) => (operation === "write" ? "half" : undefined));
    await expect(opened.documents.commit(commits[1] ?? [])).rejects.toThrow("could not be written");
    expect(await readAll(opened)).toEqual(before);
    expect(await readFolder(copyFolder(folder))).toEqual(before);
    decide(() => undefined);
    await opened.documents.commit(commits[1] ?? []);
    expect(await readFolder(copyFolder(folder))).toEqual(await readAll(opened));
    await opened.close();
  });
});

function damage(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x01;
  writeFileSync(path, bytes);
}
