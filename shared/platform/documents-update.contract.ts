import { expect, it } from "vitest";
import { type OpenDocuments, useDocuments } from "./documents.fixture.ts";
import type { Write } from "./documents.ts";

type Update = Omit<Write & { op: "update" }, "op" | "path">;

export function describeUpdates(open: OpenDocuments): void {
  const at = useDocuments(open);

  const cases: [promise: string, before: object, update: Update, after: object][] = [
    ["changes the named fields only", { a: 1, b: 2 }, { fields: { b: 3, c: 4 } }, { a: 1, b: 3, c: 4 }],
    ["replaces a map that is named whole", { m: { x: 1 } }, { fields: { m: { y: 2 } } }, { m: { y: 2 } }],
    [
      "changes one field of a map by a dotted path",
      { m: { x: 1, y: { z: 2 } } },
      { fields: { "m.y.z": 3 } },
      { m: { x: 1, y: { z: 3 } } },
    ],
    ["creates maps on the way", {}, { fields: { "a.b.c": 1 } }, { a: { b: { c: 1 } } }],
    [
      "puts a map in the place of what is on the way",
      { a: "text" },
      { fields: { "a.b": 2 } },
      { a: { b: 2 } },
    ],
    [
      "puts a map in the place of a vector on the way",
      { a: { $vector: [1] } },
      { fields: { "a.b": 2 } },
      { a: { b: 2 } },
    ],
    [
      "takes a key with a dash at the top and dots inside a value",
      {},
      { fields: { "a-b": { "c.d": 1 } } },
      { "a-b": { "c.d": 1 } },
    ],
    [
      "leaves out what is undefined",
      { a: 1, b: 1 },
      { fields: { a: undefined, b: { c: undefined } } },
      { a: 1, b: {} },
    ],
    [
      "adds to numbers, also below maps",
      { n: 1, m: { n: 1.5 } },
      { increments: { n: 2, "m.n": -0.5 } },
      { n: 3, m: { n: 1 } },
    ],
    ["counts an absent number as 0", { a: 1 }, { increments: { "m.n": 2 } }, { a: 1, m: { n: 2 } }],
    [
      "adds to a number of one entry of a map and leaves its other entries",
      {
        spent: 10,
        slices: { slice_x: { granted: 7, free: 3, until: "t" }, slice_y: { granted: 5, free: 0 } },
      },
      { increments: { spent: 4, "slices.slice_x.granted": -4 } },
      {
        spent: 14,
        slices: { slice_x: { granted: 3, free: 3, until: "t" }, slice_y: { granted: 5, free: 0 } },
      },
    ],
    [
      "makes the entry of a map that an increment names where it is gone",
      { spent: 10, slices: { slice_y: { granted: 5 } } },
      { increments: { spent: 4, "slices.slice_x.granted": -4 } },
      { spent: 14, slices: { slice_y: { granted: 5 }, slice_x: { granted: -4 } } },
    ],
    [
      "counts what is not a number as 0",
      { s: "9", z: null, m: {} },
      { increments: { s: 1, z: 2, m: 3 } },
      { s: 1, z: 2, m: 3 },
    ],
    [
      "takes fields away, also out of maps",
      { a: 1, b: 2, m: { x: 1, y: 2 } },
      { removes: ["a", "m.x"] },
      { b: 2, m: { y: 2 } },
    ],
    ["leaves an empty map behind", { m: { x: 1 } }, { removes: ["m.x"] }, { m: {} }],
    [
      "takes away nothing where nothing is",
      { a: 1 },
      { removes: ["b", "d.c", "a.b"], fields: { c: 1 } },
      { a: 1, c: 1 },
    ],
    [
      "does all three at once",
      { m: { n: 1, old: 1, keep: 1 } },
      { fields: { "m.set": true }, increments: { "m.n": 1 }, removes: ["m.old"] },
      { m: { n: 2, keep: 1, set: true } },
    ],
  ];

  it.each(cases)("%s", async (_promise, before, update, after) => {
    const path = `${at.newCollection()}/a`;
    await at.documents.commit([{ op: "create", path, data: before }]);
    await at.documents.commit([{ op: "update", path, ...update }]);
    expect((await at.documents.get(path))?.data).toStrictEqual(after);
  });

  it("adds up increments that race", async () => {
    const path = `${at.newCollection()}/a`;
    await at.documents.commit([{ op: "create", path, data: { n: 0 } }]);
    const add = () => at.documents.commit([{ op: "update", path, increments: { n: 1 } }]);
    await Promise.all(Array.from({ length: 10 }, add));
    expect((await at.documents.get(path))?.data).toEqual({ n: 10 });
  });

  it("adds up increments of the entries of a map that race, whether the entry is there or not", async () => {
    const path = `${at.newCollection()}/a`;
    await at.documents.commit([
      { op: "create", path, data: { spent: 0, slices: { slice_x: { granted: 20 } } } },
    ]);
    const move = (slice: string) =>
      at.documents.commit([
        { op: "update", path, increments: { spent: 2, [`slices.${slice}.granted`]: -2 } },
      ]);
    await Promise.all(Array.from({ length: 10 }, (_, index) => move(index % 2 ? "slice_x" : "slice_gone")));
    const slices = { slice_x: { granted: 10 }, slice_gone: { granted: -10 } };
    expect((await at.documents.get(path))?.data).toEqual({ spent: 20, slices });
  });
}
