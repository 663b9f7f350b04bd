import { expect, it } from "vitest";
import { fill, type OpenDocuments, toWords, useDocuments, watch } from "./documents.fixture.ts";
import type { Filter, Write } from "./documents.ts";

export function describeListening(open: OpenDocuments): void {
  const at = useDocuments(open);
  const ready: Filter = ["status", "==", "ready"];

  it("tells first that there is nothing", async () => {
    const collection = at.newCollection();
    const onQuery = watch(at.documents, { collection });
    const onPath = watch(at.documents, `${collection}/a`);
    expect(await onQuery.next()).toEqual([]);
    expect(await onPath.next()).toEqual([]);
    onQuery.stop();
    onPath.stop();
  });

  it("calls nobody before listen has returned", async () => {
    const collection = at.newCollection();
    const listener = watch(at.documents, { collection });
    expect(listener.calls).toEqual([]);
    await listener.next();
    listener.stop();
  });

  it("tells first what is there, in the query's order", async () => {
    const collection = at.newCollection();
    await fill(at.documents, collection, { a: { n: 1 }, b: { n: 3 }, c: { n: 2 }, d: {} });
    const listener = watch(at.documents, { collection, orderBy: [["n", "desc"]] });
    const changes = await listener.next();
    expect(changes.map(toWords)).toEqual(["added b", "added c", "added a"]);
    expect(await at.documents.get(`${collection}/b`)).toMatchObject(changes[0]?.snapshot ?? {});
    listener.stop();
  });

  it("follows a document from its creation to its deletion and back", async () => {
    const path = `${at.newCollection()}/a`;
    const listener = watch(at.documents, path);
    await listener.next();
    const steps: [Write, string][] = [
      [{ op: "create", path, data: { n: 1 } }, "added a"],
      [{ op: "update", path, fields: { n: 2 } }, "modified a"],
      [{ op: "delete", path }, "removed a"],
      [{ op: "create", path, data: { n: 3 } }, "added a"],
    ];
    for (const [write, words] of steps) {
      const [time] = await at.documents.commit([write]);
      const [change] = await listener.next();
      expect(change && toWords(change)).toBe(words);
      if (write.op !== "delete") expect(change?.snapshot.updateTime).toBe(time);
    }
    listener.stop();
  });

  it("does not tell of other documents, nor of those below", async () => {
    const collection = at.newCollection();
    const onPath = watch(at.documents, `${collection}/a`);
    const onQuery = watch(at.documents, { collection });
    await Promise.all([onPath.next(), onQuery.next()]);
    await fill(at.documents, `${collection}/a/below`, { x: {} });
    await fill(at.documents, collection, { b: {} });
    await fill(at.documents, collection, { a: {} });
    expect((await onPath.next()).map(toWords)).toEqual(["added a"]);
    const seen = [...(await onQuery.next())];
    while (seen.length < 2) seen.push(...(await onQuery.next()));
    expect(seen.map(toWords)).toEqual(["added b", "added a"]);
    onPath.stop();
    onQuery.stop();
  });

  it("tells what enters a query, changes in it and leaves it", async () => {
    const collection = at.newCollection();
    const path = `${collection}/a`;
    await fill(at.documents, collection, { a: { status: "scheduled" }, b: { status: "ready" } });
    const listener = watch(at.documents, { collection, where: [ready] });
    expect((await listener.next()).map(toWords)).toEqual(["added b"]);
    const steps: [Write, string][] = [
      [{ op: "update", path, fields: { status: "ready" } }, "added a"],
      [{ op: "update", path, fields: { n: 1 } }, "modified a"],
      [{ op: "update", path, fields: { status: "running" } }, "removed a"],
      [{ op: "delete", path: `${collection}/b` }, "removed b"],
    ];
    for (const [write, words] of steps) {
      await at.documents.commit([write]);
      expect((await listener.next()).map(toWords)).toEqual([words]);
    }
    listener.stop();
  });

  it("keeps a limited query full", async () => {
    const collection = at.newCollection();
    await fill(at.documents, collection, { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
    const listener = watch(at.documents, { collection, orderBy: [["n", "asc"]], limit: 2 });
    expect((await listener.next()).map(toWords)).toEqual(["added a", "added b"]);
    await at.documents.commit([{ op: "delete", path: `${collection}/a` }]);
    expect((await listener.next()).map(toWords)).toEqual(["removed a", "added c"]);
    await at.documents.commit([{ op: "create", path: `${collection}/z`, data: { n: 0 } }]);
    expect((await listener.next()).map(toWords)).toEqual(["removed c", "added z"]);
    listener.stop();
  });

  it("tells all changes of one commit together", async () => {
    const collection = at.newCollection();
    const listener = watch(at.documents, { collection });
    await listener.next();
    await fill(at.documents, collection, { a: {}, b: {}, c: {} });
    expect((await listener.next()).map(toWords).sort()).toEqual(["added a", "added b", "added c"]);
    listener.stop();
  });

  it("never goes back, and always arrives at the last state", async () => {
    const path = `${at.newCollection()}/a`;
    await at.documents.commit([{ op: "create", path, data: { n: 0 } }]);
    const listener = watch(at.documents, path);
    const writes = Array.from({ length: 20 }, () =>
      at.documents.commit([{ op: "update", path, increments: { n: 1 } }]),
    );
    const seen: unknown[] = [];
    while (seen.at(-1) !== 20) seen.push(...(await listener.next()).map(({ snapshot }) => snapshot.data.n));
    await Promise.all(writes);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => Number(a) - Number(b)));
    listener.stop();
  });

  it("says nothing more once stopped, and stops twice without harm", async () => {
    const collection = at.newCollection();
    const stopped = watch(at.documents, { collection });
    const other = watch(at.documents, { collection });
    await Promise.all([stopped.next(), other.next()]);
    stopped.stop();
    stopped.stop();
    await fill(at.documents, collection, { a: {} });
    expect((await other.next()).map(toWords)).toEqual(["added a"]);
    expect(stopped.calls).toEqual([]);
    other.stop();
  });

  it("says nothing at all when stopped at once", async () => {
    const collection = at.newCollection();
    const stopped = watch(at.documents, { collection });
    stopped.stop();
    const other = watch(at.documents, { collection });
    await other.next();
    expect(stopped.calls).toEqual([]);
    other.stop();
  });
}
