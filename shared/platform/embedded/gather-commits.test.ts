import { describe, expect, it } from "vitest";
import type { Write } from "../documents.ts";
import { openOnDisk, readAll, readFolder } from "./documents-on-disk.fixture.ts";
import { createFaultyDisk } from "./faulty-disk.fixture.ts";
import { copyFolder, newFolder } from "./folder.fixture.ts";

const create = (id: string): Write[] => [{ op: "create", path: `c/${id}`, data: { id } }];
const all = ["a", "b", "c", "d"];
const idsOf = (found: { id: string }[]) => found.map(({ id }) => id);

describe("commits of one turn of the event loop", () => {
  it("are kept by two writes to the disk: the first at once, the others together", async () => {
    const folder = newFolder();
    const { disk, done } = createFaultyDisk();
    const { documents, close } = await openOnDisk(folder, { disk });
    const writes = () => done.filter((operation) => operation === "write").length;
    const before = writes();
    const [first, ...others] = all.map((id) => documents.commit(create(id)));
    expect(idsOf(await readAll({ documents }))).toEqual(["a"]);
    await first;
    expect(idsOf(await readFolder(copyFolder(folder)))).toEqual(["a"]);
    await Promise.all(others);
    expect(writes() - before).toBe(2);
    expect(idsOf(await readFolder(copyFolder(folder)))).toEqual(all);
    await close();
  });

  it("are seen by nobody before they are kept", async () => {
    const folder = newFolder();
    const { documents, close } = await openOnDisk(folder);
    const commits = all.map((id) => documents.commit(create(id)));
    for (let turn = 0; turn < 3; turn++) {
      expect(await readFolder(copyFolder(folder))).toEqual(await readAll({ documents }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(commits);
    await close();
  });

  it("are refused together where the disk is full, and nothing is left of them", async () => {
    const folder = newFolder();
    const { disk, decide } = createFaultyDisk();
    const { documents, close } = await openOnDisk(folder, { disk });
    const first = documents.commit(create("a"));
    const others = ["b", "c"].map((id) =>
      documents.commit(create(id)).catch((error: Error) => error.message),
    );
    decide((operation) => (operation === "write" ? "half" : undefined));
    await first;
    expect(await Promise.all(others)).toEqual([
      expect.stringContaining("could not be written"),
      expect.stringContaining("could not be written"),
    ]);
    decide(() => undefined);
    expect(idsOf(await readAll({ documents }))).toEqual(["a"]);
    await documents.commit(create("b"));
    expect(idsOf(await readFolder(copyFolder(folder)))).toEqual(["a", "b"]);
    await close();
  });

  it("are each refused for themselves, by what those before them have done", async () => {
    const { documents, close } = await openOnDisk(newFolder());
    const outcomes = [create("a"), create("b"), create("b"), create("c")].map((writes) =>
      documents.commit(writes).then(
        () => "kept",
        (error: Error) => error.name,
      ),
    );
    expect(await Promise.all(outcomes)).toEqual(["kept", "kept", "PreconditionFailed", "kept"]);
    await close();
  });

  it("are kept by a close that comes before their turn has ended", async () => {
    const folder = newFolder();
    const { documents, close } = await openOnDisk(folder);
    const commits = all.map((id) => documents.commit(create(id)));
    await Promise.all([...commits, close()]);
    expect(idsOf(await readFolder(folder))).toEqual(all);
  });
});
