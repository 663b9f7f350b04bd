import { describe, expect, it } from "vitest";
import { acceptQuery } from "../accept-query.ts";
import type { Fields, Filter, Query } from "../documents.ts";
import { type Collection, createCollection, maxIndexes } from "./collection.ts";
import { planQuery } from "./plan-query.ts";
import { countQuery, runQuery } from "./run-query.ts";
import type { Stored } from "./stage-commit.ts";

function toStored(id: string, data: Fields): Stored {
  return { snapshot: { path: `tasks/${id}`, id, data, updateTime: "t" }, weight: 1 };
}

function put(collection: Collection, id: string, data: Fields): void {
  const before = collection.documents.get(id);
  collection.apply(id, { path: `tasks/${id}`, ...(before && { before }), after: toStored(id, data) });
}

const planFor = (query: Omit<Query, "collection">) =>
  planQuery(acceptQuery({ collection: "tasks", ...query }));

/** The same collection, with the documents that are looked at counted. */
function counting(collection: Collection) {
  const counter = { looked: 0 };
  const documents = new Map(collection.documents);
  const get = documents.get.bind(documents);
  documents.get = (id) => {
    counter.looked += 1;
    return get(id);
  };
  return { counter, counted: { ...collection, documents } };
}

describe("a collection with a long line", () => {
  const collection = createCollection();
  const length = 5_000;
  for (let n = 0; n < length; n++)
    put(collection, `t${n}`, {
      queue: `q${n % 2}`,
      status: "ready",
      priority: n % 10,
      sequence: n,
      even: n % 4 === 0,
    });
  const head: Filter[] = [
    ["queue", "==", "q0"],
    ["status", "==", "ready"],
  ];
  const orderBy: Query["orderBy"] = [
    ["priority", "asc"],
    ["sequence", "asc"],
  ];

  const cases: [promise: string, query: Omit<Query, "collection">, most: number, ids: string[]][] = [
    ["its head", { where: head, orderBy, limit: 3 }, 3, ["t0", "t10", "t20"]],
    [
      "a page in its middle",
      { where: head, orderBy, limit: 2, startAfter: { values: [4, 2_504], id: "t2504" } },
      2,
      ["t2514", "t2524"],
    ],
    ["the start of a range", { where: [...head, ["priority", ">", 5]], orderBy, limit: 1 }, 1, ["t6"]],
    [
      "the end of a range, descending",
      { where: [["sequence", "<", 4_000]], orderBy: [["sequence", "desc"]], limit: 2 },
      2,
      ["t3999", "t3998"],
    ],
    ["a narrow range, and stops behind it", { where: [["sequence", ">=", 4_998]] }, 2, ["t4998", "t4999"]],
    [
      "the first of several values",
      { where: [["queue", "in", ["q1", "q0"]]], orderBy: [["sequence", "desc"]], limit: 2 },
      2,
      ["t4999", "t4998"],
    ],
    [
      "what fulfils a further filter, as far as it must",
      { where: [...head, ["tags", "array-contains", "x"]], orderBy, limit: 1 },
      length / 2,
      [],
    ],
  ];

  it.each(cases)("finds %s without looking at more", (_promise, query, most, ids) => {
    const { counter, counted } = counting(collection);
    expect(runQuery(counted, planFor(query)).map(({ id }) => id)).toEqual(ids);
    expect(counter.looked).toBeLessThanOrEqual(most);
  });

  it("counts by equality without looking at any", () => {
    const { counter, counted } = counting(collection);
    expect(countQuery(counted, planFor({ where: head }))).toBe(length / 2);
    expect(countQuery(counted, planFor({ where: head, limit: 7 }))).toBe(7);
    expect(counter.looked).toBe(0);
  });
});

describe("the indexes of a collection", () => {
  it("are built once for all queries of one shape", () => {
    const collection = createCollection();
    const [a, b] = [planFor({ where: [["a", "==", 1]] }), planFor({ where: [["a", "==", 2]], limit: 1 })];
    expect(collection.index(a)).toBe(collection.index(b));
    expect(collection.index(planFor({ where: [["b", "==", 1]] }))).not.toBe(collection.index(a));
  });

  it("are dropped when too many shapes were asked for since, and built again", () => {
    const collection = createCollection();
    put(collection, "x", { a: 1 });
    const [used, unused] = [
      planFor({ where: [["a", "==", 1]] }),
      planFor({ where: [["a", "==", 1]], orderBy: [["a", "desc"]] }),
    ];
    const [usedIndex, unusedIndex] = [collection.index(used), collection.index(unused)];
    for (let n = 0; n < maxIndexes; n++) {
      collection.index(planFor({ where: [[`f${n}`, "==", 1]] }));
      collection.index(used);
    }
    expect(collection.index(used)).toBe(usedIndex);
    expect(collection.index(unused)).not.toBe(unusedIndex);
    put(collection, "y", { a: 1 });
    expect(runQuery(collection, unused).map(({ id }) => id)).toEqual(["y", "x"]);
  });
});

describe("a line of a collection", () => {
  const query = {
    where: [["status", "==", "ready"]] satisfies Filter[],
    orderBy: [["n", "asc"]] satisfies Query["orderBy"],
  };
  const ids = (collection: Collection) => runQuery(collection, planFor(query)).map(({ id }) => id);

  it("that nobody has asked for yet is in order when somebody does, whatever came, changed and went", () => {
    const collection = createCollection();
    runQuery(collection, planFor({ ...query, where: [["status", "==", "done"]] }));
    for (const [id, n] of [
      ["a", 3],
      ["b", 2],
      ["c", 1],
      ["d", 4],
    ] as const)
      put(collection, id, { status: "ready", n });
    put(collection, "a", { status: "ready", n: 0 });
    put(collection, "b", { status: "done", n: 2 });
    put(collection, "c", { status: "ready" });
    expect(countQuery(collection, planFor(query))).toBe(2);
    expect(ids(collection)).toEqual(["a", "d"]);
  });

  it("that was asked for stays in order", () => {
    const collection = createCollection();
    for (const [id, n] of [
      ["a", 3],
      ["b", 2],
      ["c", 1],
    ] as const)
      put(collection, id, { status: "ready", n });
    expect(ids(collection)).toEqual(["c", "b", "a"]);
    put(collection, "a", { status: "ready", n: 0 });
    put(collection, "b", { status: "done", n: 2 });
    put(collection, "d", { status: "ready", n: -1 });
    expect(ids(collection)).toEqual(["d", "a", "c"]);
  });
});
