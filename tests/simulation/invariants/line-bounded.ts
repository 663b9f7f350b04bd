import type { Evidence, StateChange } from "../evidence.ts";
import type { Invariant } from "../violation.ts";
import { isReplay } from "./all-end.ts";

/** How long it takes at most from counting a line to letting a task in, standing still in between. */
const graceMs = 150_000;

/**
 * Nobody is let into a line that is counted strictly and full. What comes back to it by itself is not refused, and is not seen
 * by whoever has just counted.
 */
export const lineBounded: Invariant = {
  name: "a strict line is not outgrown",
  check(evidence) {
    const { strictLine } = evidence.scenario;
    return strictLine === undefined ? [] : findOutgrown(evidence, strictLine);
  },
};

function findOutgrown({ changes }: Evidence, most: number) {
  /** By queue and task: since when it counts for others. */
  const lines = new Map<string, Map<string, number>>();
  // Those of one commit have one time, and a commit lets one task in at most.
  const inOrder = [...changes.values()].flat().toSorted((a, b) => a.at - b.at);
  return inOrder.flatMap((change) => {
    const { at, id, by, before, after } = change;
    const isMoved = before?.status === "ready" && before.queue !== after.queue;
    if (before?.status === "ready" && (after.status !== "ready" || isMoved))
      lines.get(before.queue)?.delete(id);
    if (after.status !== "ready" || (before?.status === "ready" && !isMoved)) return [];
    const line = lines.get(after.queue) ?? new Map<string, number>();
    lines.set(after.queue, line.set(id, isLetIn(change) ? at : at + graceMs));
    if (!isLetIn(change)) return [];
    const length = [...line.values()].filter((countsFrom) => countsFrom <= at).length;
    const message = `${by} let it in as number ${length} of a line of ${most}`;
    return length > most ? [{ at, taskId: id, message }] : [];
  });
}

function isLetIn(change: StateChange): boolean {
  return change.before === undefined || isReplay(change);
}
