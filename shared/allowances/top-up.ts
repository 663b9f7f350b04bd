import { sleep } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { ReadSnapshot, Write, WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import {
  type Allowance,
  type AllowanceDocument,
  allowancePath,
  type SliceEntry,
  toUnused,
} from "./allowance-document.ts";
import type { StoreTime } from "./store-time.ts";
import { passThresholds, publishThresholds, toEventWrites } from "./thresholds.ts";

export type TopUpDeps = Pick<Platform, "documents" | "clock" | "random" | "events"> & {
  log: Log;
  storeTime: StoreTime;
  thresholds: readonly number[];
};

/** What an allowance's document is asked for by its id, and what it is made of where there is none. */
export type Target = {
  id: string;
  /** Absent where only a task names it: then it is not made anew. */
  allowance?: Allowance;
  limit?: { count: number; version: string };
};

/** What one look at the document decides; `isRefused` where somebody got nothing. */
export type Decision<T> = {
  document: AllowanceDocument;
  result: T;
  isUnchanged: boolean;
  isRefused: boolean;
  slice: string;
  mark: string;
};

/** The document as it is after a change, and until when (elapsed) a slice whose lease ends at `until` may be used. */
export type Changed<T> = {
  result: T;
  document: AllowanceDocument;
  isUnchanged: boolean;
  usableUntil(until: string | undefined): number;
};

const mostTries = 40;
const pauseMs = 5;
const longestPauseMs = 500;

/**
 * Changes an allowance's document by one read and one conditional write, and looks again where somebody else was faster.
 * `decide` may be asked several times. Resolves to `undefined` where the document is gone. Rejects where the store does not
 * answer, or where others are faster all the time: then it may have been changed.
 */
export async function changeAllowance<T>(
  deps: TopUpDeps,
  target: Target,
  decide: (document: AllowanceDocument, now: number) => Decision<T>,
): Promise<Changed<T> | undefined> {
  for (let tries = 1; tries <= mostTries; tries++) {
    const askedAt = deps.clock.elapsed();
    const snapshot = await deps.documents.get<AllowanceDocument>(allowancePath(target.id));
    if (snapshot) deps.storeTime.learn(Date.parse(snapshot.readTime), askedAt);
    const before = toBefore(snapshot, target);
    if (!before) return undefined;
    const now = snapshot ? Date.parse(snapshot.readTime) : deps.storeTime.now();
    const decision = decide(before, now);
    const changed = await write(deps, target, { snapshot, decision, now });
    if (changed) return toChanged(deps, decision, { ...changed, askedAt });
    await sleep(deps.clock, deps.random() * Math.min(pauseMs * 2 ** tries, longestPauseMs));
  }
  throw new Error("an allowance's document is changing too fast");
}

/** The document with the limit that was set last. */
function toBefore(
  snapshot: ReadSnapshot<AllowanceDocument> | undefined,
  { allowance, limit }: Target,
): AllowanceDocument | undefined {
  if (!snapshot) return allowance && limit && toUnused(allowance, limit.count, limit.version);
  if (!limit || limit.version < snapshot.data.limitVersion) return snapshot.data;
  return { ...snapshot.data, limit: limit.count, limitVersion: limit.version };
}

type Written = { document: AllowanceDocument; time?: WriteTime | undefined };

/** Resolves to `undefined` where somebody else has written. */
async function write<T>(
  deps: TopUpDeps,
  { id }: Target,
  { snapshot, decision, now }: { snapshot: ReadSnapshot | undefined; decision: Decision<T>; now: number },
): Promise<Written | undefined> {
  const { isRefused, isUnchanged, mark, slice } = decision;
  const { thresholds } = deps;
  const { document, events } = passThresholds(id, decision.document, { thresholds, isRefused, now });
  if (isUnchanged && events.length === 0) return { document };
  const path = allowancePath(id);
  const change: Write = snapshot
    ? { op: "set", path, data: document, precondition: { updateTime: snapshot.updateTime } }
    : { op: "create", path, data: document };
  const times = await commitMarked(deps, [change, ...toEventWrites(events)], {
    mark,
    shows: ({ slices }) => (slices as Record<string, SliceEntry> | undefined)?.[slice]?.mark === mark,
  });
  if (!times) return undefined;
  // Nobody waits for it: what is not published now is the sweep's.
  if (events.length > 0) void publishThresholds(deps, events);
  return { document, time: times[0] };
}

/**
 * A lease ends by the store's clock. Measured from before the store was asked, and from the time at which it wrote, what
 * counts here ends no later, whatever this process's clock says.
 */
function toChanged<T>(
  { storeTime }: TopUpDeps,
  { result, isUnchanged }: Decision<T>,
  { document, time, askedAt }: Written & { askedAt: number },
): Changed<T> {
  const writtenAt = time ? Date.parse(time) : Number.NaN;
  storeTime.learn(writtenAt, askedAt);
  return {
    ...{ result, document, isUnchanged },
    usableUntil: (until) =>
      until !== undefined && Number.isFinite(writtenAt)
        ? askedAt + (Date.parse(until) - writtenAt)
        : Number.NEGATIVE_INFINITY,
  };
}
