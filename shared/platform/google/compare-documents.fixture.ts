import { expect } from "vitest";
import type { Documents, NearestQuery, Query, Snapshot, Write, WriteTime } from "../documents.ts";
import { type RandomWrite, withPrecondition } from "../embedded/random-steps.fixture.ts";
import { moveBelow, type Operation } from "./random-operations.fixture.ts";

type Sides = { embedded: Documents; google: Documents };
type Times = { embedded: WriteTime; google: WriteTime };

export type Comparison = {
  take(operation: Operation): Promise<void>;
  /** How many calls both sides have answered alike. */
  compared(): number;
};

/** Asks both sides the same, below `root`, and expects the same answers. */
export function compareDocuments({ embedded, google }: Sides, root: string): Comparison {
  const histories = new Map<string, Times[]>();
  const pairs = new Map<WriteTime, WriteTime>();
  let compared = 0;

  async function askBoth<T>(ask: (documents: Documents) => Promise<T>) {
    const answers = await Promise.all([embedded, google].map((side) => ask(side).catch(nameOf)));
    compared++;
    return { embedded: answers[0], google: answers[1] };
  }

  async function compareCommit(random: RandomWrite[]): Promise<void> {
    const writes = random.map((one) => ({ ...one, write: moveBelow(root, one.write) }));
    const toWrites = (side: keyof Times) =>
      writes.map((one) => withPrecondition(one, timesOf(one.write.path, side)));
    const ofEmbedded = await embedded.commit(toWrites("embedded")).catch(nameOf);
    const ofGoogle = await google.commit(toWrites("google")).catch(nameOf);
    compared++;
    if (typeof ofEmbedded === "string" || typeof ofGoogle === "string") expect(ofGoogle).toBe(ofEmbedded);
    else compareTimes(toWrites("google"), ofEmbedded, ofGoogle);
    for (const path of new Set(writes.map(({ write }) => write.path))) await compareDocument(path);
  }

  function timesOf(path: string, side: keyof Times) {
    const known = (histories.get(path) ?? []).map((times) => times[side]);
    const [current, stale] = [known.at(-1), known.at(-2)];
    return { ...(current && { current }), ...(stale && { stale }) };
  }

  /** A write's time is old or new, and later than the one before, on both sides alike. A deletion leaves nothing that has a time. */
  function compareTimes(writes: Write[], ofEmbedded: WriteTime[], ofGoogle: WriteTime[]): void {
    expect(ofGoogle).toHaveLength(ofEmbedded.length);
    for (const [index, { op, path }] of writes.entries()) {
      if (op === "delete") continue;
      const times = { embedded: ofEmbedded[index] ?? "", google: ofGoogle[index] ?? "" };
      const before = histories.get(path)?.at(-1);
      expect(times.google === before?.google, `write ${index} changes nothing`).toBe(
        times.embedded === before?.embedded,
      );
      if (before) expect(times.google >= before.google, `write ${index} is later`).toBe(true);
      meet(times);
      if (times.google !== before?.google) histories.set(path, [...(histories.get(path) ?? []), times]);
    }
  }

  /** Of each commit either side knows one time, so a time of one belongs to one time of the other for ever. */
  function meet({ embedded, google }: Times): void {
    expect(google, `the time that belongs to ${embedded}`).toBe(pairs.get(embedded) ?? google);
    pairs.set(embedded, google);
  }

  async function compareDocument(path: string): Promise<void> {
    const { embedded, google } = await askBoth((documents) => documents.get(path));
    if (typeof embedded !== "object" || typeof google !== "object") return expect(google).toBe(embedded);
    compareSnapshots([embedded], [google]);
    expect(google.readTime >= google.updateTime, "it was read after it was written").toBe(true);
  }

  async function compareQuery(query: Query): Promise<void> {
    const { embedded, google } = await askBoth((documents) => documents.query(query));
    if (typeof embedded !== "object" || typeof google !== "object") expect(google).toBe(embedded);
    else compareSnapshots(embedded, google);
    const counts = await askBoth((documents) => documents.count(query));
    expect(counts.google).toBe(counts.embedded);
  }

  async function compareNearest(query: NearestQuery): Promise<void> {
    const { embedded, google } = await askBoth((documents) => documents.nearest(query));
    if (typeof embedded !== "object" || typeof google !== "object") return expect(google).toBe(embedded);
    const toSnapshots = (found: { snapshot: Snapshot }[]) => found.map(({ snapshot }) => snapshot);
    compareSnapshots(toSnapshots(embedded), toSnapshots(google));
    const toDistances = (found: { distance: number }[]) => found.map(({ distance }) => distance.toFixed(6));
    expect(toDistances(google)).toEqual(toDistances(embedded));
  }

  function compareSnapshots(ofEmbedded: Snapshot[], ofGoogle: Snapshot[]): void {
    const plain = ({ path, id, data }: Snapshot) => ({ path, id, data });
    expect(ofGoogle.map(plain)).toEqual(ofEmbedded.map(plain));
    for (const [index, { updateTime }] of ofGoogle.entries())
      meet({ embedded: ofEmbedded[index]?.updateTime ?? "", google: updateTime });
  }

  return {
    compared: () => compared,
    async take(operation) {
      if (operation.kind === "commit") await compareCommit(operation.writes);
      else if (operation.kind === "query") await compareQuery(moveBelow(root, operation.query));
      else await compareNearest(moveBelow(root, operation.query));
    },
  };
}

function nameOf(error: unknown): string {
  if (error instanceof Error && /^(PreconditionFailed|InvalidDocument)$/.test(error.name)) return error.name;
  throw error;
}
