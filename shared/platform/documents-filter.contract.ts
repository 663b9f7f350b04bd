import { describe, expect, it } from "vitest";
import { fill, findIds, type OpenDocuments, useDocuments } from "./documents.fixture.ts";
import type { Filter, Value } from "./documents.ts";

const samples = {
  null: { v: null },
  false: { v: false },
  true: { v: true },
  minus: { v: -5 },
  zero: { v: 0 },
  one: { v: 1 },
  more: { v: 1.5 },
  ten: { v: 10 },
  empty: { v: "" },
  a: { v: "a" },
  ab: { v: "ab" },
  list: { v: [] },
  list1: { v: [1] },
  list12: { v: [1, 2] },
  list2: { v: [2, "a", null, { k: 1 }] },
  vector: { v: { $vector: [1, 2] } },
  map: { v: {} },
  mapA1: { v: { a: 1 } },
  mapA1B: { v: { a: 1, b: [2] } },
  mapB: { v: { b: 0 } },
  absent: { w: 1 },
};

const finds: [op: Filter[1], value: Value | Value[], ids: string][] = [
  ["==", 1, "one"],
  ["==", null, "null"],
  ["==", "a", "a"],
  ["==", false, "false"],
  ["==", [1, 2], "list12"],
  ["==", { b: [2], a: 1 }, "mapA1B"],
  ["==", {}, "map"],
  ["==", { $vector: [1, 2] }, "vector"],
  ["==", "1", ""],
  ["<", 1, "minus zero"],
  ["<=", 1, "minus one zero"],
  [">", 1, "more ten"],
  [">=", 1, "more one ten"],
  [">", "a", "ab"],
  ["<", "b", "a ab empty"],
  [">", false, "true"],
  ["<", true, "false"],
  [">", [1], "list12 list2"],
  ["<=", [1], "list list1"],
  [">=", { a: 1 }, "mapA1 mapA1B mapB"],
  ["<", { b: 0 }, "map mapA1 mapA1B"],
  [">", { $vector: [1, 1] }, "vector"],
  ["in", ["a", 10, [1], "a", "none"], "a list1 ten"],
  ["in", [null, true], "true"],
  ["array-contains", 1, "list1 list12"],
  ["array-contains", "a", "list2"],
  ["array-contains", { k: 1 }, "list2"],
  ["array-contains", null, ""],
  ["array-contains", 3, ""],
];

export function describeFilters(open: OpenDocuments): void {
  const at = useDocuments(open);

  it.each(finds)("%s %j finds exactly: %s", async (op, value, ids) => {
    const collection = at.newCollection();
    const query = { collection, where: [["v", op, value] as Filter] };
    await fill(at.documents, collection, samples);
    const found = await findIds(at.documents, query);
    expect(found.sort().join(" ")).toBe(ids);
    expect(await at.documents.count(query)).toBe(found.length);
  });

  describe("on several fields", () => {
    const tasks = {
      t1: { queue: "q", status: "ready", priority: 1, tags: ["x", "y"], lease: { until: 5 } },
      t2: { queue: "q", status: "ready", priority: 3, tags: ["y"], lease: { until: 7 } },
      t3: { queue: "q", status: "running", priority: 2, tags: ["x"], lease: { until: 9 } },
      t4: { queue: "r", status: "ready", priority: 2, tags: [], lease: {} },
      t5: { queue: "q", status: "dead", priority: 2, tags: "x", lease: { until: 5 } },
    };
    const combinations: [promise: string, where: Filter[], ids: string[]][] = [
      [
        "all must hold",
        [
          ["queue", "==", "q"],
          ["status", "==", "ready"],
        ],
        ["t1", "t2"],
      ],
      [
        "equality and range",
        [
          ["queue", "==", "q"],
          ["priority", ">", 1],
        ],
        ["t2", "t3", "t5"],
      ],
      [
        "a range with two ends",
        [
          ["priority", ">=", 2],
          ["priority", "<", 3],
        ],
        ["t3", "t4", "t5"],
      ],
      [
        "the narrower of two ends counts",
        [
          ["priority", ">", 1],
          ["priority", ">=", 1],
          ["priority", "<=", 3],
          ["priority", "<", 3],
        ],
        ["t3", "t4", "t5"],
      ],
      [
        "ends of different kinds find nothing",
        [
          ["priority", ">", 1],
          ["priority", "<", "x"],
        ],
        [],
      ],
      [
        "ends that cross find nothing",
        [
          ["priority", ">", 2],
          ["priority", "<", 2],
        ],
        [],
      ],
      [
        "ranges on two fields",
        [
          ["priority", ">", 1],
          ["lease.until", ">", 5],
        ],
        ["t2", "t3"],
      ],
      [
        "two values of one field find nothing",
        [
          ["status", "==", "ready"],
          ["status", "==", "dead"],
        ],
        [],
      ],
      [
        "in beside equality",
        [
          ["queue", "==", "q"],
          ["status", "in", ["ready", "dead"]],
        ],
        ["t1", "t2", "t5"],
      ],
      [
        "two ins",
        [
          ["status", "in", ["ready", "dead"]],
          ["priority", "in", [1, 2]],
        ],
        ["t1", "t4", "t5"],
      ],
      [
        "two ins of one field",
        [
          ["priority", "in", [1, 2]],
          ["priority", "in", [2, 3]],
        ],
        ["t3", "t4", "t5"],
      ],
      [
        "array-contains beside equality",
        [
          ["status", "==", "ready"],
          ["tags", "array-contains", "y"],
        ],
        ["t1", "t2"],
      ],
      [
        "array-contains beside in and range",
        [
          ["tags", "array-contains", "x"],
          ["status", "in", ["ready", "running"]],
          ["priority", ">", 1],
        ],
        ["t3"],
      ],
      ["a dotted path", [["lease.until", "==", 5]], ["t1", "t5"]],
    ];

    it.each(combinations)("%s", async (_promise, where, ids) => {
      const collection = at.newCollection();
      await fill(at.documents, collection, tasks);
      expect((await findIds(at.documents, { collection, where })).sort()).toEqual(ids);
      expect(await at.documents.count({ collection, where })).toBe(ids.length);
    });
  });

  it("finds what documents are now, not what they were", async () => {
    const collection = at.newCollection();
    const ready = { collection, where: [["status", "==", "ready"] satisfies Filter] };
    await fill(at.documents, collection, { a: { status: "ready" }, b: { status: "ready" } });
    expect(await findIds(at.documents, ready)).toEqual(["a", "b"]);
    await at.documents.commit([
      { op: "update", path: `${collection}/a`, fields: { status: "running" } },
      { op: "delete", path: `${collection}/b` },
      { op: "create", path: `${collection}/c`, data: { status: "ready" } },
    ]);
    expect(await findIds(at.documents, ready)).toEqual(["c"]);
    await at.documents.commit([{ op: "update", path: `${collection}/a`, fields: { status: "ready" } }]);
    expect(await findIds(at.documents, ready)).toEqual(["a", "c"]);
  });

  it("finds nothing in a collection without documents", async () => {
    const collection = at.newCollection();
    expect(await at.documents.query({ collection })).toEqual([]);
    expect(await at.documents.count({ collection, where: [["a", "==", 1]] })).toBe(0);
  });
}
