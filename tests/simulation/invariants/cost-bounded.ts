import { totalCounts } from "../../../shared/platform/count-documents.ts";
import { leaseMs } from "../../../shared/queue/lease-ms.ts";
import type { Evidence, StateChange } from "../evidence.ts";
import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";

/** A lease is renewed every third of its length. */
const renewalMs = leaseMs / 3;

/**
 * Where nothing goes wrong, a task costs at most 2 reads and 4 writes, and a queue's every wake two reads more. On top come
 * what the task's own client asked for (a date, a cancel, live text), the renewals of a long call, and with a limit on
 * concurrency or tokens what its end makes room for (docs/decisions/0004-what-a-claim-writes-for-others.md), and with
 * alternatives a look at who is left alone and a word on how the model does. A
 * store too slow for a permit costs the claim that was given back.
 */
export const costBounded: Invariant = {
  name: "a task costs what it may",
  check(evidence) {
    const { scenario, isFaultFree, counts, endedAtMs } = evidence;
    // A recovery sweeps, wherever it runs; a replay of all reads them all; a strict line is counted for each task.
    const isUnusual =
      scenario.strictLine !== undefined ||
      scenario.budgetMicros !== undefined ||
      scenario.chores.some(({ what }) => unusual.has(what));
    // A model that is slow where another stands by is given up, and its task called for again.
    const isGivenUp = evidence.calls.some(({ health }) => health === "bad");
    if (!isFaultFree || isUnusual || isGivenUp || scenario.instances.allInOne) return [];
    const { reads, writes } = totalCounts(counts, ["tasks/output"]);
    const most = toBudget(evidence);
    return [
      ...(reads > most.reads ? [{ at: endedAtMs, message: `${reads} reads, ${most.reads} allowed` }] : []),
      ...(writes > most.writes
        ? [{ at: endedAtMs, message: `${writes} writes, ${most.writes} allowed` }]
        : []),
    ];
  },
};

const unusual = new Set(["recover", "replay", "disaster"]);

function toBudget({ scenario, entries, tasks, calls, changes }: Evidence): { reads: number; writes: number } {
  const wakes = entriesOf(entries, "woken").length;
  const questions = entriesOf(entries, "asked").length;
  const limited = new Set(
    scenario.queues.filter(({ limits }) => limits.concurrency ?? limits.tokens).map(({ id }) => id),
  );
  const returned = [...changes.values()].flat().filter(isReturned).length;
  const places = [...tasks.values()].filter(({ queue }) => limited.has(queue)).length;
  const chores = scenario.chores.length;
  const routed = [...tasks.values()].filter(({ route }) => route !== undefined).length;
  const renewals = calls.reduce(
    (sum, { startAt, endAt }) => sum + Math.floor((endAt - startAt) / renewalMs),
    0,
  );
  return {
    reads: 2 * tasks.size + 3 * wakes + 3 * questions + 4 * places + 3 * returned + 2 * chores + 2 * routed,
    writes:
      4 * tasks.size +
      2 * questions +
      places +
      4 * returned +
      renewals +
      scenario.queues.length +
      chores +
      routed,
  };
}

/** The permit had run out before the call could start. */
function isReturned({ before, after }: StateChange): boolean {
  return (
    before?.status === "running" &&
    after.status === "ready" &&
    after.attempts.length === before.attempts.length
  );
}
