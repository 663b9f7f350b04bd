import type { TaskStatus } from "../../../shared/api/task-type.ts";
import { fromTime } from "../../../shared/core/clock.ts";
import type { Evidence, StateChange } from "../evidence.ts";
import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";
import { isReplay } from "./all-end.ts";

const ways: Record<TaskStatus, TaskStatus[]> = {
  ready: ["running", "cancelled", "expired"],
  scheduled: ["ready", "cancelled", "expired"],
  running: ["ready", "scheduled", "succeeded", "failed", "dead", "cancelled"],
  succeeded: [],
  failed: [],
  dead: [],
  cancelled: [],
  expired: [],
};

/** Epochs rise with claims and never otherwise; only the holder of the latest claim writes a running task. */
export const fenceHolds: Invariant = {
  name: "a stale worker never writes",
  check: (evidence) => [...evidence.changes.values()].flatMap((changes) => checkTask(evidence, changes)),
};

function checkTask(evidence: Evidence, changes: StateChange[]) {
  let holder: string | undefined;
  return changes.flatMap((change) => {
    const message = toProblem(evidence, change, holder);
    if (change.after.status === "running" && change.before?.status !== "running") holder = change.by;
    return message === undefined
      ? []
      : [{ at: change.at, taskId: change.id, message: `${change.by} ${message}` }];
  });
}

function toProblem(evidence: Evidence, change: StateChange, holder: string | undefined): string | undefined {
  const { before, after, by } = change;
  if (!before) return after.epoch === 0 ? undefined : "created a task with an epoch";
  const isClaim = before.status === "ready" && after.status === "running";
  const rises = after.epoch - before.epoch;
  if (rises !== (isClaim || isReplay(change) ? 1 : 0))
    return `moved the epoch by ${rises} (${before.status} to ${after.status})`;
  if (before.status === after.status || isReplay(change)) return undefined;
  if (!ways[before.status].includes(after.status)) return `made ${before.status} ${after.status}`;
  if (before.status !== "running" || after.status === "cancelled" || by === holder) return undefined;
  if (after.attempts.at(-1)?.outcome !== "lost") return `settled the claim of ${holder}`;
  return isLeaseOver(evidence, change) || isAlone(evidence, by)
    ? undefined
    : `took a task back whose lease held`;
}

/** By any clock of the fleet. */
function isLeaseOver({ epochMs, scenario }: Evidence, { before, at }: StateChange): boolean {
  const leaseUntil = before?.leaseUntil ? fromTime(before.leaseUntil) - epochMs : 0;
  return at + 2 * scenario.skewMs >= leaseUntil;
}

/** An operator who recovers after a disaster, before anything else has come up. */
function isAlone({ entries }: Evidence, by: string): boolean {
  return entriesOf(entries, "chore").some((chore) => chore.what === "disaster" && chore.by === by);
}
