import { isDeepStrictEqual } from "node:util";
import { fromTime } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Query, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import {
  type AllowanceDocument,
  allowancePath,
  foldGone,
  type SliceEntry,
  withSweepTime,
} from "./allowance-document.ts";
import type { Ended } from "./allowances.ts";
import { passThresholds, publishThresholds, toEventWrites } from "./thresholds.ts";

/** How long after the end of its lease no commit can create a task any more that holds a part of a slice. */
export const takeBackAfterMs = 5 * 60_000;
const pageSize = 500;

type Deps = Pick<Platform, "documents" | "events"> & { log: Log; thresholds: readonly number[] };

/**
 * Takes back the slices of an allowance whose lease ended long ago: what tasks hold of them stays reserved, the rest is there
 * again; of requests nobody knows what was used, so all of it counts as spent. Resolves to how many were taken back. `orphans`: no
 * other process is there, so that every slice was left behind.
 */
export async function takeBackSlices(
  deps: Deps,
  id: string,
  { orphans = false }: { orphans?: boolean } = {},
): Promise<number> {
  const { documents, thresholds } = deps;
  const path = allowancePath(id);
  const snapshot = await documents.get<AllowanceDocument>(path);
  if (!snapshot) return 0;
  // The store's time alone says how old a lease is.
  const now = fromTime(snapshot.readTime);
  const over = Object.entries(snapshot.data.slices).filter(
    ([, { until }]) => until !== undefined && (orphans || fromTime(until) + takeBackAfterMs <= now),
  );
  const held = await Promise.all(over.map(([slice]) => readHeld({ documents }, id, slice)));
  const settled = withSweepTime(takeBack(foldGone(snapshot.data), over, held), now);
  // Accounting adds without looking: what it has spent since the last top-up is told here.
  const { document, events } = passThresholds(id, settled, { thresholds, isRefused: false, now });
  if (isDeepStrictEqual(document, snapshot.data)) return 0;
  const { updateTime } = snapshot;
  // Whoever accounts for a task, or tops up a slice, meanwhile makes this one be left to the next sweep.
  const change: Write = { op: "set", path, data: document, precondition: { updateTime } };
  const isDone = await tryCommit(documents, change, ...toEventWrites(events));
  if (isDone) await publishThresholds(deps, events);
  return isDone ? over.length : 0;
}

function takeBack(
  document: AllowanceDocument,
  over: [string, SliceEntry][],
  held: number[],
): AllowanceDocument {
  const slices = { ...document.slices };
  let { spent, reserved } = document;
  for (const [index, [slice, { granted }]] of over.entries()) {
    delete slices[slice];
    if (document.measure === "requests") spent += granted;
    else reserved += held[index] ?? 0;
  }
  return { ...document, slices, spent, reserved };
}

/** What tasks hold of a slice and nobody has accounted for. */
async function readHeld(
  { documents }: Pick<Deps, "documents">,
  allowance: string,
  slice: string,
): Promise<number> {
  const query: Query = { collection: "tasks", where: [["slices", "array-contains", slice]], limit: pageSize };
  let held = 0;
  for (let startAfter: Query["startAfter"]; ; ) {
    const found = await documents.query<Ended>({ ...query, ...(startAfter && { startAfter }) });
    const entries = found.flatMap(({ data }) => data.reserved ?? []);
    for (const one of entries) if (one.allowance === allowance && one.slice === slice) held += one.amount;
    const last = found.at(-1);
    if (!last || found.length < pageSize) return held;
    startAfter = { values: [], id: last.id };
  }
}
