import { expect, it } from "vitest";
import { aCachedChat, openCachedConea } from "./cache.fixture.ts";

const plain = aCachedChat({ mode: "off" });

/** A request of its own, so that one is never the answer of another. */
const aQuestion = (content: string, cache = {}) =>
  aCachedChat(cache, { input: { messages: [{ role: "user", content }] } });

/** What a task without the cache costs. */
async function plainCost() {
  const { run, costOf } = await openCachedConea();
  await run(plain);
  return (await costOf(() => run(plain))).total;
}

it("a miss costs one read and one write more than a task without the cache, which costs nothing more", async () => {
  const before = await plainCost();
  const { run, costOf } = await openCachedConea();
  await run(aQuestion("warm"));
  const { total, cache } = await costOf(() => run(aQuestion("new")));
  expect(cache).toEqual({ reads: 1, writes: 1, deletes: 0 });
  expect(total).toEqual({ ...before, reads: before.reads + 1, writes: before.writes + 1 });
  expect((await costOf(() => run(plain))).total).toEqual(before);
});

it("a hit costs the task's two writes, and a read where the process does not remember the answer", async () => {
  const { run, costOf, clock } = await openCachedConea();
  await run();
  const near = await costOf(() => run());
  expect(near.total).toEqual({ reads: 0, writes: 2, deletes: 0 });
  await clock.advance(60_000);
  const far = await costOf(() => run());
  expect(far.total).toEqual({ reads: 1, writes: 2, deletes: 0 });
});

it("a call to be shared costs one write more than a miss, and one that shares it three writes in all", async () => {
  const { run, costOf, submit, clock } = await openCachedConea();
  await run(aQuestion("warm"));
  const before = await plainCost();
  const leader = await costOf(() => run(aQuestion("alone", { coalesce: true })));
  expect(leader.total).toEqual({ ...before, reads: before.reads + 1, writes: before.writes + 2 });
  const both = await costOf(async () => {
    const request = aQuestion("shared", { coalesce: true });
    await Promise.all([submit(request), submit(request)]);
    await clock.advance(1);
  });
  expect(both.total.writes - leader.total.writes).toBe(3);
});

it("reading only writes nothing, and refreshing reads nothing", async () => {
  const { run, costOf } = await openCachedConea();
  expect((await costOf(() => run(aQuestion("a", { mode: "read" })))).cache).toMatchObject({ writes: 0 });
  expect((await costOf(() => run(aQuestion("b", { mode: "refresh" })))).cache).toMatchObject({ reads: 0 });
});
