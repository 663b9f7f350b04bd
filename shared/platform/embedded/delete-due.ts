import { type Clock, fromTime } from "../../core/clock.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import type { AcceptedWrite } from "../accept-writes.ts";
import { deleteField } from "../delete-time.ts";
import type { Snapshot } from "../documents.ts";

const mostWrites = 500;

type Options = { snapshots: Snapshot[]; commit(writes: AcceptedWrite[]): void; clock: Clock; log: Log };

/**
 * Deletes the documents whose time has passed, by commits like any other: the journal tells what was deleted, so that what
 * is written to the same path afterwards means the same when it is restored. On a full disk they stay until the next time.
 */
export function deleteDue({ snapshots, commit, clock, log }: Options): void {
  const now = clock.now();
  const due = snapshots.filter(({ data }) => isDue(data[deleteField], now)).map(toDeletion);
  try {
    for (let start = 0; start < due.length; start += mostWrites) commit(due.slice(start, start + mostWrites));
  } catch (error) {
    log.warn("documents that are due could not be deleted", toErrorField(error));
  }
}

/** Not in the millisecond itself, of which the microseconds may lie ahead. */
function isDue(time: unknown, now: number): boolean {
  return typeof time === "string" && fromTime(time) < now;
}

function toDeletion({ path }: Snapshot): AcceptedWrite {
  return { op: "delete", path };
}
