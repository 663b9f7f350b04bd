import { fromTime } from "../../../shared/core/clock.ts";
import type { CallSpan, Evidence } from "../evidence.ts";
import type { Invariant } from "../violation.ts";
import { isReplay } from "./all-end.ts";

/** No call starts before its task's time, nor sooner after a rate-limited one than the provider asked for. */
export const timesKept: Invariant = {
  name: "no call before its time",
  check: (evidence) => [...checkNotBefore(evidence), ...checkRetryAfter(evidence)],
};

function checkNotBefore({ calls, scenario, epochMs, changes }: Evidence) {
  return calls.flatMap(({ taskId, startAt }) => {
    const earlier = changes.get(taskId)?.filter(({ at }) => at <= startAt) ?? [];
    // A replay starts at once, whatever the first time was to be.
    const notBefore = earlier.some(isReplay) ? undefined : earlier[0]?.after.notBefore;
    const earlyMs = notBefore === undefined ? 0 : fromTime(notBefore) - epochMs - startAt;
    // Any instance may promote it by its own clock.
    return earlyMs > scenario.skewMs
      ? [{ at: startAt, taskId, message: `called ${earlyMs} ms before its time` }]
      : [];
  });
}

function checkRetryAfter(evidence: Evidence) {
  const { calls, scenario } = evidence;
  return calls.flatMap((call, index) => {
    const isBefore = ({ taskId, queue }: CallSpan) => taskId === call.taskId && queue === call.queue;
    const previous = calls.slice(0, index).findLast(isBefore);
    if (!previous || previous.retryAfterMs === undefined || !wasReported(evidence, previous, call)) return [];
    const earlyMs = previous.endAt + previous.retryAfterMs - call.startAt;
    const message = `called again ${earlyMs} ms before the provider's Retry-After`;
    return earlyMs > 2 * scenario.skewMs ? [{ at: call.startAt, taskId: call.taskId, message }] : [];
  });
}

/** A worker that was lost, or whose claim was taken back, before it could tell leaves nobody who knows of the wish. */
function wasReported({ changes }: Evidence, previous: CallSpan, next: CallSpan): boolean {
  const told = changes.get(previous.taskId)?.some(({ at, by, before, after }) => {
    const isAfter = at >= previous.endAt && at <= next.startAt;
    return isAfter && by === previous.by && before?.status === "running" && after.status === "scheduled";
  });
  return previous.end === "failed" && told === true;
}
