import fc from "fast-check";
import { expect, it } from "vitest";
import { createLog } from "../../core/log.ts";
import type { Change, Documents, Query, Write } from "../documents.ts";
import { openEmbeddedDocuments } from "./documents.ts";
import { createNaiveDocuments, type NaiveDocument } from "./naive-documents.fixture.ts";
import { queries, type RandomWrite, type Step, steps, withPrecondition } from "./random-steps.fixture.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** A failure prints the seed and the path that replay it: put them here. */
const replay = { seed: 20_261_123 };

it("answers every query, refusal and listener as an array that is looked through would", async () => {
  const cases = fc.tuple(fc.array(steps, { maxLength: 40 }), fc.array(queries, { maxLength: 3 }));
  const run = async ([all, watched]: [Step[], Query[]]) => {
    const clock = createVirtualClock(1);
    const { documents, close } = await openEmbeddedDocuments({ clock, log: createLog(() => undefined) });
    const pair = { documents, naive: createNaiveDocuments() };
    const accepted = await filterAccepted(documents, watched);
    const views = accepted.map((query) => ({ query, ids: watchIds(documents, query) }));
    for (const step of all) {
      if (step.kind === "commit") await compareCommit(pair, step.writes);
      else await compareQuery(pair, step.query);
      await Promise.resolve();
      for (const { query, ids } of views)
        expect([...ids].sort()).toEqual(pair.naive.query(query).map(toSeen).sort());
    }
    await close();
  };
  await fc.assert(fc.asyncProperty(cases, run), { ...replay, numRuns: 1_000 });
});

type Pair = { documents: Documents; naive: ReturnType<typeof createNaiveDocuments> };

async function compareCommit({ documents, naive }: Pair, random: RandomWrite[]): Promise<void> {
  const writes = random.map((one) => {
    const current = naive.find(one.write.path)?.updateTime;
    return withPrecondition(one, { ...(current && { current }), stale: "2000-01-01T00:00:00.000000Z" });
  });
  const staged = attempt(() => naive.stage(writes));
  const times = await documents.commit(writes).catch(nameOf);
  if (Array.isArray(staged) && Array.isArray(times)) naive.accept(staged, writes, times);
  else expect(times).toBe(staged);
  await comparePaths({ documents, naive }, writes);
}

async function comparePaths({ documents, naive }: Pair, writes: Write[]): Promise<void> {
  for (const { path } of writes) expect(plain(await documents.get(path))).toEqual(naive.find(path));
}

async function compareQuery({ documents, naive }: Pair, query: Query): Promise<void> {
  const found = await documents.query(query).catch(nameOf);
  if (!Array.isArray(found)) return expect(found).toBe("InvalidDocument");
  const expected = naive.query(query);
  expect(found.map(plain)).toEqual(expected);
  expect(await documents.count(query)).toBe(expected.length);
}

function plain(snapshot: NaiveDocument | undefined): NaiveDocument | undefined {
  if (!snapshot) return undefined;
  const { path, data, updateTime } = snapshot;
  return { path, data, updateTime };
}

/** What a listener has after all changes it was told of: each document with its time. */
function watchIds(documents: Documents, query: Query): Set<string> {
  const seen = new Set<string>();
  const known = new Map<string, string>();
  const take = ({ kind, snapshot }: Change) => {
    const before = known.get(snapshot.path);
    expect(kind === "added").toBe(before === undefined);
    if (before !== undefined) seen.delete(before);
    known.delete(snapshot.path);
    if (kind === "removed") return;
    known.set(snapshot.path, toSeen(snapshot));
    seen.add(toSeen(snapshot));
  };
  const fail = (error: Error) => {
    throw error;
  };
  documents.listen(query, (changes) => changes.forEach(take), fail);
  return seen;
}

function toSeen({ path, updateTime }: { path: string; updateTime: string }): string {
  return `${path} ${updateTime}`;
}

async function filterAccepted(documents: Documents, all: Query[]): Promise<Query[]> {
  const outcomes = await Promise.all(
    all.map((query) =>
      documents.query(query).then(
        () => [query],
        () => [],
      ),
    ),
  );
  return outcomes.flat();
}

function attempt<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return nameOf(error);
  }
}

function nameOf(error: unknown): string {
  if (error instanceof Error && /^(PreconditionFailed|InvalidDocument)$/.test(error.name)) return error.name;
  throw error;
}
