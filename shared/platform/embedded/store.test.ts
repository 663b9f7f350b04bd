import { describe, expect, it } from "vitest";
import { acceptQuery } from "../accept-query.ts";
import { type AcceptedWrite, acceptWrites } from "../accept-writes.ts";
import type { Write } from "../documents.ts";
import { planQuery } from "./plan-query.ts";
import { stageCommit } from "./stage-commit.ts";
import { createStore, type Store } from "./store.ts";

function commit(store: Store, ...writes: Write[]): void {
  const accepted: AcceptedWrite[] = acceptWrites(writes);
  store.apply(stageCommit(store.get, accepted, "t"));
}

describe("a store", () => {
  it("forgets a collection with its indexes once it is empty", () => {
    const store = createStore();
    const plan = planQuery(acceptQuery({ collection: "tasks/a/output", where: [["n", ">", 0]] }));
    commit(store, { op: "create", path: "tasks/a/output/1", data: { n: 1 } });
    expect(store.query(plan)).toHaveLength(1);
    commit(store, { op: "delete", path: "tasks/a/output/1" });
    expect(store.collections()).toEqual([]);
    expect(store.weight()).toBe(0);
  });

  it("remembers nothing of a collection that was only asked about", () => {
    const store = createStore();
    expect(store.query(planQuery(acceptQuery({ collection: "tasks" })))).toEqual([]);
    commit(store, { op: "delete", path: "tasks/a" });
    expect(store.collections()).toEqual([]);
  });

  it("shares with a reader what it holds, frozen", () => {
    const store = createStore();
    commit(store, { op: "create", path: "c/a", data: { m: { list: [{ n: 1 }] }, v: { $vector: [1] } } });
    const first = store.get("c/a")?.snapshot;
    commit(store, { op: "update", path: "c/a", fields: { "m.x": {} }, increments: { n: 1 } });
    const second = store.get("c/a")?.snapshot;
    expect(store.get("c/a")?.snapshot).toBe(second);
    for (const snapshot of [first, second]) expect(isFrozenDeep(snapshot)).toBe(true);
    expect(first?.data).toEqual({ m: { list: [{ n: 1 }] }, v: { $vector: [1] } });
  });

  it("lists what there was, whatever comes later", () => {
    const store = createStore();
    commit(store, { op: "create", path: "c/a", data: { n: 1 } });
    const listed = store.list();
    commit(
      store,
      { op: "update", path: "c/a", increments: { n: 1 } },
      { op: "create", path: "d/b", data: {} },
    );
    expect(listed.map(({ path, data }) => [path, data])).toEqual([["c/a", { n: 1 }]]);
  });

  it("weighs what it holds", () => {
    const store = createStore();
    commit(
      store,
      { op: "create", path: "c/a", data: { text: "é" } },
      { op: "create", path: "c/b", data: {} },
    );
    const empty = "c/b".length + 1 + 16 + 32;
    expect(store.weight()).toBe(2 * empty + "text".length + 1 + "é".length + 1);
    commit(store, { op: "update", path: "c/a", removes: ["text"] }, { op: "delete", path: "c/b" });
    expect(store.weight()).toBe(empty);
  });
});

function isFrozenDeep(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenDeep);
}
