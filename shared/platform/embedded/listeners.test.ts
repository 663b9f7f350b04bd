import { describe, expect, it } from "vitest";
import { createLog } from "../../core/log.ts";
import { toWords } from "../documents.fixture.ts";
import type { Change } from "../documents.ts";
import { openEmbeddedDocuments } from "./documents.ts";
import { createVirtualClock } from "./virtual-clock.ts";

async function open() {
  const { documents, close } = await openEmbeddedDocuments({
    clock: createVirtualClock(),
    log: createLog(() => undefined),
  });
  const write = (id: string, n: number) => documents.commit([{ op: "set", path: `c/${id}`, data: { n } }]);
  const fail = (error: Error) => {
    throw error;
  };
  return { documents, close, write, fail };
}

describe("embedded listeners", () => {
  it("have been told of a commit by the time a promise made after it resolves", async () => {
    const { documents, write, fail } = await open();
    const seen: string[] = [];
    documents.listen({ collection: "c" }, (changes) => seen.push(...changes.map(toWords)), fail);
    await write("a", 1);
    await Promise.resolve();
    expect(seen).toEqual(["added a"]);
  });

  it("are told in the order of the commits, merged where they came in one go", async () => {
    const { documents, write, fail } = await open();
    const calls: Change[][] = [];
    documents.listen({ collection: "c" }, (changes) => calls.push(changes), fail);
    await Promise.resolve();
    await Promise.all([write("a", 1), write("b", 1), write("c", 1), write("a", 2)]);
    expect(
      calls
        .slice(1)
        .flat()
        .map(({ snapshot }) => [snapshot.id, snapshot.data]),
    ).toEqual([
      ["b", { n: 1 }],
      ["c", { n: 1 }],
      ["a", { n: 2 }],
    ]);
  });

  it("of a limited query are told in the order of the commits too", async () => {
    const { documents, write, fail } = await open();
    const seen: string[] = [];
    const query = { collection: "c", orderBy: [["n", "desc"] satisfies [string, "desc"]], limit: 2 };
    documents.listen(query, (changes) => seen.push(...changes.map(toWords)), fail);
    await Promise.resolve();
    await Promise.all([write("a", 1), write("b", 2)]);
    await Promise.all([write("c", 3), write("d", 4)]);
    expect(seen).toEqual(["added a", "added b", "removed b", "removed a", "added c", "added d"]);
  });

  it("are not told of what came and went unseen, nor of writes that change nothing", async () => {
    const { documents, write, fail } = await open();
    await write("a", 1);
    const calls: Change[][] = [];
    documents.listen({ collection: "c" }, (changes) => calls.push(changes), fail);
    await Promise.resolve();
    await Promise.all([write("b", 1), documents.commit([{ op: "delete", path: "c/b" }])]);
    await write("a", 1);
    expect(calls.map((changes) => changes.map(toWords))).toEqual([["added a"]]);
  });

  it("that throw are ended through their own onError, and disturb neither others nor the commit", async () => {
    const { documents, write, fail } = await open();
    const seen: string[] = [];
    const errors: Error[] = [];
    const throwAtB = (changes: Change[]) => {
      seen.push(...changes.map(toWords));
      if (changes.some(({ snapshot }) => snapshot.id === "b")) throw new Error("broken");
    };
    documents.listen({ collection: "c" }, throwAtB, (error) => errors.push(error));
    const others: string[] = [];
    documents.listen({ collection: "c" }, (changes) => others.push(...changes.map(toWords)), fail);
    for (const id of ["a", "b", "c"]) await write(id, 1);
    await Promise.resolve();
    expect(seen).toEqual(["added a", "added b"]);
    expect(errors.map(({ message }) => message)).toEqual(["broken"]);
    expect(others).toEqual(["added a", "added b", "added c"]);
  });

  it("can stop one another", async () => {
    const { documents, write, fail } = await open();
    const seen: string[] = [];
    const stops: (() => void)[] = [];
    for (const name of ["first", "second"])
      stops.push(
        documents.listen(
          { collection: "c" },
          (changes) => {
            if (changes.length === 0) return;
            seen.push(name);
            for (const stop of stops) stop();
          },
          fail,
        ),
      );
    await write("a", 1);
    await write("b", 1);
    expect(seen).toEqual(["first"]);
  });

  it("can commit, and are told of that in a call of its own", async () => {
    const { documents, write, fail } = await open();
    const calls: string[][] = [];
    documents.listen(
      { collection: "c" },
      (changes) => {
        calls.push(changes.map(toWords));
        if (calls.length < 4) void write(`x${calls.length}`, 1);
      },
      fail,
    );
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(calls).toEqual([[], ["added x1"], ["added x2"], ["added x3"]]);
  });

  it("fall silent when the documents are closed", async () => {
    const { documents, close, write, fail } = await open();
    let calls = 0;
    documents.listen({ collection: "c" }, () => calls++, fail);
    await Promise.resolve();
    const writing = write("a", 1);
    await close();
    await writing;
    expect(calls).toBe(1);
  });
});
