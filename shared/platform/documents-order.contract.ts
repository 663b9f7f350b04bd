import { describe, expect, it } from "vitest";
import { fill, findIds, type OpenDocuments, useDocuments } from "./documents.fixture.ts";
import type { Query, Snapshot, Value } from "./documents.ts";

/** In Firestore's order. */
const ascending: Value[] = [
  null,
  false,
  true,
  -5,
  0,
  1,
  1.5,
  10,
  "",
  "B",
  "a",
  "ab",
  "z",
  "\u{ff5e}",
  "\u{1f600}",
  [],
  [null],
  [1],
  [1, 2],
  [2],
  ["a"],
  { $vector: [9] },
  { $vector: [1, 2] },
  { $vector: [2, 2] },
  {},
  { B: 1 },
  { a: null },
  { a: 1 },
  { a: 1, b: 2 },
  { a: 2 },
  { a: "x" },
  { aa: 0 },
  { b: 0 },
];

type Order = NonNullable<Query["orderBy"]>;

export function describeOrder(open: OpenDocuments): void {
  const at = useDocuments(open);

  it.each(["asc", "desc"] as const)("orders values of all kinds %s", async (direction) => {
    const collection = at.newCollection();
    const shuffled = ascending.map((value, index) => [`d${(index * 7) % ascending.length}`, { value }]);
    await fill(at.documents, collection, Object.fromEntries(shuffled));
    const found = await at.documents.query<{ value: Value }>({ collection, orderBy: [["value", direction]] });
    const values = found.map(({ data }) => data.value);
    expect(direction === "asc" ? values : values.reverse()).toEqual(ascending);
  });

  it("orders by id where nothing else is asked for, by code point", async () => {
    const collection = at.newCollection();
    await fill(at.documents, collection, {
      "\u{1f600}": {},
      "\u{ff5e}": {},
      "10": {},
      "9": {},
      B: {},
      a: {},
    });
    expect(await findIds(at.documents, { collection })).toEqual([
      "10",
      "9",
      "B",
      "a",
      "\u{ff5e}",
      "\u{1f600}",
    ]);
  });

  const rows = {
    p1: { a: 1, b: 2 },
    p2: { a: 2, b: 1 },
    p3: { a: 2, b: 3 },
    p4: { a: 3 },
    p5: { b: 1 },
    p6: { a: 1, b: 5 },
  };
  const orders: [promise: string, query: Omit<Query, "collection">, ids: string[]][] = [
    ["ties by id, ascending", { orderBy: [["a", "asc"]] }, ["p1", "p6", "p2", "p3", "p4"]],
    ["ties by id, descending", { orderBy: [["a", "desc"]] }, ["p4", "p3", "p2", "p6", "p1"]],
    [
      "the id in the last direction",
      {
        orderBy: [
          ["a", "desc"],
          ["b", "asc"],
        ],
      },
      ["p2", "p3", "p1", "p6"],
    ],
    [
      "leaves out documents without a field of the order",
      {
        orderBy: [
          ["b", "asc"],
          ["a", "desc"],
        ],
      },
      ["p2", "p1", "p3", "p6"],
    ],
    [
      "counts a field that is asked for exactly",
      { where: [["a", "==", 2]], orderBy: [["a", "desc"]] },
      ["p3", "p2"],
    ],
    ["a range without an order", { where: [["a", ">=", 1]] }, ["p1", "p6", "p2", "p3", "p4"]],
    [
      "a range on another field than the order",
      { where: [["a", ">=", 1]], orderBy: [["b", "desc"]] },
      ["p6", "p3", "p1", "p2"],
    ],
    [
      "ranges on two fields without an order",
      {
        where: [
          ["b", ">=", 1],
          ["a", ">=", 1],
        ],
      },
      ["p1", "p6", "p2", "p3"],
    ],
    [
      "a range in a descending order",
      { where: [["a", "<", 3]], orderBy: [["a", "desc"]] },
      ["p3", "p2", "p6", "p1"],
    ],
    [
      "one order over all values of in",
      { where: [["a", "in", [2, 1, 7]]], orderBy: [["b", "desc"]] },
      ["p6", "p3", "p1", "p2"],
    ],
    ["limit", { orderBy: [["a", "desc"]], limit: 2 }, ["p4", "p3"]],
    ["limit 0", { limit: 0 }, []],
    [
      "starts after a place",
      { orderBy: [["a", "asc"]], startAfter: { values: [2], id: "p2" } },
      ["p3", "p4"],
    ],
    [
      "starts after a place, descending",
      { orderBy: [["a", "desc"]], startAfter: { values: [2], id: "p3" }, limit: 2 },
      ["p2", "p6"],
    ],
    ["starts after an id", { startAfter: { values: [], id: "p4" } }, ["p5", "p6"]],
    [
      "starts after a place where nothing is",
      { orderBy: [["a", "asc"]], startAfter: { values: [1], id: "p3" } },
      ["p6", "p2", "p3", "p4"],
    ],
    [
      "starts after a value of another kind",
      { orderBy: [["a", "asc"]], startAfter: { values: ["x"], id: "p1" } },
      [],
    ],
    [
      "starts at the range, though the place is before",
      {
        where: [["a", ">", 1]],
        orderBy: [["a", "asc"]],
        startAfter: { values: [0], id: "p9" },
      },
      ["p2", "p3", "p4"],
    ],
    [
      "starts after a place within a range",
      {
        where: [["a", ">=", 1]],
        orderBy: [["a", "asc"]],
        startAfter: { values: [1], id: "p1" },
        limit: 2,
      },
      ["p6", "p2"],
    ],
    [
      "starts after a place among the values of in",
      {
        where: [["a", "in", [1, 2]]],
        orderBy: [["b", "asc"]],
        startAfter: { values: [2], id: "p1" },
      },
      ["p3", "p6"],
    ],
  ];

  it.each(orders)("%s", async (_promise, query, ids) => {
    const collection = at.newCollection();
    await fill(at.documents, collection, rows);
    expect(await findIds(at.documents, { collection, ...query })).toEqual(ids);
    expect(await at.documents.count({ collection, ...query })).toBe(ids.length);
  });

  describe("page by page", () => {
    const pages: [string, Order][] = [
      ["ascending", [["rank", "asc"]]],
      ["descending", [["rank", "desc"]]],
      [
        "mixed",
        [
          ["rank", "desc"],
          ["name", "asc"],
        ],
      ],
      ["by id", []],
    ];

    it.each(pages)("gives each document once and in order, %s", async (_name, orderBy) => {
      const collection = at.newCollection();
      const ids = Array.from({ length: 23 }, (_, index) => `d${index}`);
      const contents = ids.map((id, index) => [id, { rank: index % 4, name: `n${index % 3}` }]);
      await fill(at.documents, collection, Object.fromEntries(contents));
      const all = await findIds(at.documents, { collection, orderBy });
      const collected: string[] = [];
      let last: Snapshot | undefined;
      do {
        const startAfter = last && {
          values: orderBy.map(([field]) => last?.data[field] ?? null),
          id: last.id,
        };
        const page = await at.documents.query({
          collection,
          orderBy,
          limit: 5,
          ...(startAfter && { startAfter }),
        });
        collected.push(...page.map(({ id }) => id));
        last = page.at(-1);
      } while (last);
      expect(collected).toEqual(all);
      expect(new Set(collected)).toEqual(new Set(ids));
    });
  });
}
