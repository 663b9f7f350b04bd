import type { CallSpan, Evidence } from "../evidence.ts";
import { isSafeForWorkers } from "../scenario.ts";
import type { Invariant } from "../violation.ts";

/** How long a worker may take to tell a queue how its call ended, and calls already claimed to start. */
const graceMs = 5_000;

/** A provider that fails several times in a row is left alone for a while, where nothing keeps workers from telling. */
export const breakerKept: Invariant = {
  name: "a failing provider is left alone",
  check(evidence) {
    const { scenario } = evidence;
    // An operator may close it by hand.
    if (!isSafeForWorkers(scenario) || scenario.chores.some(({ what }) => what !== "pause")) return [];
    return evidence.scenario.queues.flatMap(({ id }) => checkQueue(evidence, id));
  },
};

function checkQueue({ scenario, calls }: Evidence, id: string) {
  const { failures, openMs } = scenario.breaker;
  const own = calls.filter(({ queue }) => queue === id);
  const openedAt = findOpening(own, failures);
  if (openedAt === undefined) return [];
  return own
    .filter(({ startAt }) => startAt > openedAt + graceMs && startAt < openedAt + openMs)
    .map(({ startAt, taskId }) => ({
      at: startAt,
      taskId,
      message: `called ${startAt - openedAt} ms after ${failures} failures in a row`,
    }));
}

/** When so many calls had failed for the first time, without one near them in time that went well. */
function findOpening(calls: CallSpan[], failures: number): number | undefined {
  const ends = calls.filter(({ health }) => health !== undefined).toSorted((a, b) => a.endAt - b.endAt);
  const bad = ends.filter(({ health }) => health === "bad");
  const last = bad[failures - 1];
  const first = bad[0];
  if (!first || !last) return undefined;
  const isMixed = ends.some(
    ({ health, endAt }) => health === "good" && endAt > first.endAt - graceMs && endAt < last.endAt + graceMs,
  );
  return isMixed ? undefined : last.endAt;
}
