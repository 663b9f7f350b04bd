import { describe, expect, it } from "vitest";
import { type OpenDocuments, useDocuments } from "./documents.fixture.ts";
import { PreconditionFailed, type Write } from "./documents.ts";

export function describeCommits(open: OpenDocuments): void {
  const at = useDocuments(open);
  const newPath = () => `${at.newCollection()}/a`;
  const create = async (path: string, data: object = { n: 1 }) => {
    const [time = ""] = await at.documents.commit([{ op: "create", path, data }]);
    return time;
  };

  it("gives what was written, under its path and id, at the time the commit returned", async () => {
    const path = newPath();
    const data = { text: "ä😀", n: -1.5, yes: true, nothing: null, list: [1, { a: [] }], map: { deep: {} } };
    const updateTime = await create(path, data);
    const found = await at.documents.get(path);
    expect(found).toEqual({ path, id: "a", data, updateTime, readTime: expect.any(String) });
  });

  it("tells when it read a document: not before it was written, and never earlier than the read before", async () => {
    const path = newPath();
    const updateTime = await create(path);
    const first = await at.documents.get(path);
    const second = await at.documents.get(path);
    expect(first?.readTime.localeCompare(updateTime)).toBeGreaterThanOrEqual(0);
    expect(second?.readTime.localeCompare(first?.readTime ?? "")).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(Date.parse(first?.readTime ?? ""))).toBe(true);
  });

  it("keeps documents below documents apart from them", async () => {
    const path = newPath();
    await create(`${path}/below/b`, { n: 2 });
    expect(await at.documents.get(path)).toBeUndefined();
    expect((await at.documents.query({ collection: `${path}/below` })).map(({ id }) => id)).toEqual(["b"]);
  });

  it("finds nothing where nothing was written", async () => {
    expect(await at.documents.get(newPath())).toBeUndefined();
  });

  it("leaves out what is undefined", async () => {
    const path = newPath();
    await create(path, { a: undefined, b: { c: undefined, d: 1 } });
    expect((await at.documents.get(path))?.data).toStrictEqual({ b: { d: 1 } });
  });

  it("does not change a document with what the writer does to its data later", async () => {
    const path = newPath();
    const data = { list: [1] };
    await create(path, data);
    data.list.push(2);
    expect((await at.documents.get(path))?.data).toEqual({ list: [1] });
  });

  it("replaces the whole document with set, and creates one that is absent", async () => {
    const path = newPath();
    await at.documents.commit([{ op: "set", path, data: { a: 1, b: 2 } }]);
    await at.documents.commit([{ op: "set", path, data: { c: 3 } }]);
    expect((await at.documents.get(path))?.data).toEqual({ c: 3 });
  });

  it("deletes a document, and succeeds where there is none", async () => {
    const path = newPath();
    await create(path);
    await at.documents.commit([{ op: "delete", path }]);
    expect(await at.documents.get(path)).toBeUndefined();
    expect(await at.documents.commit([{ op: "delete", path }])).toHaveLength(1);
  });

  it("does nothing for no writes", async () => {
    expect(await at.documents.commit([])).toEqual([]);
  });

  it("gives each write of a document a later time", async () => {
    const path = newPath();
    const times = [await create(path)];
    for (let n = 2; n <= 5; n++)
      times.push(...(await at.documents.commit([{ op: "set", path, data: { n } }])));
    expect(times).toEqual([...new Set(times)].sort());
    expect((await at.documents.get(path))?.updateTime).toBe(times.at(-1));
  });

  it("gives a document that is written anew after its deletion a later time", async () => {
    const path = newPath();
    const first = await create(path);
    await at.documents.commit([{ op: "delete", path }]);
    expect((await create(path)) > first).toBe(true);
  });

  it("takes a deletion and a creation with the same data in one commit as a change", async () => {
    const path = newPath();
    const first = await create(path);
    const times = await at.documents.commit([
      { op: "delete", path },
      { op: "create", path, data: { n: 1 } },
    ]);
    expect(times[1] !== undefined && times[1] > first).toBe(true);
    expect((await at.documents.get(path))?.updateTime).toBe(times[1]);
  });

  it("leaves a document's time alone when a write changes nothing", async () => {
    const path = newPath();
    const time = await create(path, { a: 1, m: { b: [2] } });
    const writes: Write[] = [
      { op: "set", path, data: { m: { b: [2] }, a: 1 } },
      { op: "update", path, fields: { "m.b": [2] } },
      { op: "update", path, increments: { a: 0 } },
      { op: "update", path, removes: ["absent", "m.absent", "a.absent"] },
      { op: "update", path },
    ];
    for (const write of writes) expect(await at.documents.commit([write])).toEqual([time]);
    expect((await at.documents.get(path))?.updateTime).toBe(time);
  });

  it("applies several writes of one document in their order, at one time", async () => {
    const path = newPath();
    const times = await at.documents.commit([
      { op: "create", path, data: { a: 1 } },
      { op: "update", path, increments: { a: 2 } },
      { op: "update", path, fields: { b: 1 } },
    ]);
    const found = await at.documents.get(path);
    expect(found?.data).toEqual({ a: 3, b: 1 });
    expect(new Set([...times, found?.updateTime]).size).toBe(1);
  });

  describe("with a precondition", () => {
    const refused: [string, (path: string, time: string) => Write][] = [
      ["create of what is there", (path) => ({ op: "create", path, data: {} })],
      [
        "set with exists: false of what is there",
        (path) => ({ op: "set", path, data: {}, precondition: { exists: false } }),
      ],
      [
        "set with exists: true of what is absent",
        (path) => ({ op: "set", path: `${path}x`, data: {}, precondition: { exists: true } }),
      ],
      ["update of what is absent", (path) => ({ op: "update", path: `${path}x`, fields: { n: 2 } })],
      [
        "delete with exists: true of what is absent",
        (path) => ({ op: "delete", path: `${path}x`, precondition: { exists: true } }),
      ],
      [
        "delete with exists: false of what is there",
        (path) => ({ op: "delete", path, precondition: { exists: false } }),
      ],
      [
        "set with the time of another",
        (path, updateTime) => ({ op: "set", path: `${path}x`, data: {}, precondition: { updateTime } }),
      ],
      [
        "update with the time of another",
        (path, updateTime) => ({ op: "update", path: `${path}x`, precondition: { updateTime } }),
      ],
      [
        "delete with the time of another",
        (path, updateTime) => ({ op: "delete", path: `${path}x`, precondition: { updateTime } }),
      ],
    ];

    it.each(refused)("refuses the %s, and changes nothing", async (_name, toWrite) => {
      const path = newPath();
      const time = await create(path);
      await expect(at.documents.commit([toWrite(path, time)])).rejects.toThrow(PreconditionFailed);
      expect(await at.documents.get(path)).toMatchObject({ data: { n: 1 }, updateTime: time });
      expect(await at.documents.get(`${path}x`)).toBeUndefined();
    });

    it("takes exists where it holds", async () => {
      const path = newPath();
      await at.documents.commit([{ op: "set", path, data: { n: 1 }, precondition: { exists: false } }]);
      await at.documents.commit([{ op: "update", path, fields: { n: 2 }, precondition: { exists: true } }]);
      await at.documents.commit([{ op: "delete", path, precondition: { exists: true } }]);
      await at.documents.commit([{ op: "delete", path, precondition: { exists: false } }]);
      expect(await at.documents.get(path)).toBeUndefined();
    });

    it("takes each update time once", async () => {
      const path = newPath();
      const updateTime = await create(path);
      const raise: Write = { op: "update", path, increments: { n: 1 }, precondition: { updateTime } };
      await at.documents.commit([raise]);
      await expect(at.documents.commit([raise])).rejects.toThrow(PreconditionFailed);
      for (const op of ["set", "delete"] as const)
        await expect(
          at.documents.commit([{ op, path, data: {}, precondition: { updateTime } }]),
        ).rejects.toThrow(PreconditionFailed);
      expect((await at.documents.get(path))?.data).toEqual({ n: 2 });
    });

    it("lets one of several that race win", async () => {
      const path = newPath();
      const updateTime = await create(path, { winners: 0 });
      const race = () =>
        at.documents.commit([
          { op: "update", path, increments: { winners: 1 }, precondition: { updateTime } },
        ]);
      const outcomes = await Promise.allSettled([race(), race(), race(), race()]);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect((await at.documents.get(path))?.data).toEqual({ winners: 1 });
    });

    it("writes nothing of a commit whose last write is refused", async () => {
      const collection = at.newCollection();
      const path = `${collection}/a`;
      const updateTime = await create(path);
      const commit = at.documents.commit([
        { op: "set", path, data: { n: 2 } },
        { op: "create", path: `${collection}/b`, data: {} },
        { op: "update", path: `${collection}/absent`, fields: { n: 3 } },
      ]);
      await expect(commit).rejects.toThrow(PreconditionFailed);
      const found = await at.documents.query({ collection });
      expect(found).toEqual([{ path, id: "a", data: { n: 1 }, updateTime }]);
    });
  });
}
