import { toRate } from "../../../shared/config/rate.ts";
import { fromTime } from "../../../shared/core/clock.ts";
import { longestLog, permitLifeMs } from "../../../shared/queue/limiter.ts";
import type { Claim, Evidence, StateChange } from "../evidence.ts";
import type { QueuePlan } from "../scenario.ts";
import type { Invariant } from "../violation.ts";

/** A slot until the wake, one until the next, a second between two claims of a busy queue, and the store's own time. */
const toleranceMs = 2_500;
/** A clock that is further off asks for its wakes so much too late. */
const mostSkewMs = 200;

/** Where nothing goes wrong, no task waits while its queue's limits would let it start. */
export const startsPromptly: Invariant = {
  name: "nothing waits without a reason",
  check(evidence) {
    const { scenario, isFaultFree, claims } = evidence;
    if (!isFaultFree || scenario.chores.length > 0 || scenario.skewMs > mostSkewMs) return [];
    const late = scenario.queues.filter(isWellServed(evidence)).flatMap((queue) => {
      const own = claims.filter((claim) => claim.queue === queue.id);
      return own.flatMap((_, index) => checkClaim(evidence, queue, own, index) ?? []);
    });
    return [...late, ...checkPromotions(evidence)];
  },
};

/** A model that is slow where another stands by is given up, which may open the breaker of its queue. */
function isWellServed({ calls }: Evidence) {
  return ({ id }: QueuePlan) => !calls.some(({ queue, health }) => queue === id && health === "bad");
}

function checkPromotions({ changes, epochMs }: Evidence) {
  return [...changes.values()].flat().flatMap(({ at, id, before, after }) => {
    if (before?.status !== "scheduled" || after.status !== "ready" || !before.notBefore) return [];
    const lateMs = at - (fromTime(before.notBefore) - epochMs);
    const message = `put into line ${lateMs} ms after its time`;
    return lateMs > toleranceMs ? [{ at, taskId: id, message }] : [];
  });
}

/** Tokens become free as others turn out to have used fewer, and GCRA spreads calls: only logged rates are reckoned with. */
function checkClaim(evidence: Evidence, queue: QueuePlan, claims: Claim[], index: number) {
  const claim = claims[index];
  const isSpread = queue.limits.requests?.some((text) => (toRate(text)?.count ?? 0) > longestLog);
  if (!claim || isSpread || queue.limits.tokens !== undefined) return undefined;
  const readyAt = toReadyAt(evidence, claim);
  const freeAt = Math.max(readyAt, permitAt(queue, claims, index), placeAt(queue, claims, index));
  const waitedMs = claim.at - freeAt;
  if (waitedMs <= toleranceMs) return undefined;
  const message = `waited ${waitedMs} ms in ${queue.id} although nothing stood in its way`;
  return { at: claim.at, taskId: claim.taskId, message };
}

function toReadyAt({ changes }: Evidence, { taskId, at: claimedAt }: Claim): number {
  const earlier = changes.get(taskId)?.filter(({ at }) => at < claimedAt) ?? [];
  return earlier.findLast(comesIntoLine)?.at ?? claimedAt;
}

/** It is ready now and was not before, or in another line. */
function comesIntoLine({ before, after }: StateChange): boolean {
  return after.status === "ready" && (before?.status !== "ready" || before.queue !== after.queue);
}

/** A permit is spent by a claim, whatever comes of it. */
function permitAt({ limits }: QueuePlan, claims: Claim[], index: number): number {
  const rates = (limits.requests ?? []).flatMap((text) => toRate(text) ?? []);
  const lifeMs = permitLifeMs(rates);
  const free = rates.map(({ count, periodMs }) => {
    const blocking = claims[index - count];
    return blocking ? blocking.at + periodMs + lifeMs : 0;
  });
  return Math.max(0, ...free);
}

/** When the last place became free before the claim. */
function placeAt({ limits: { concurrency } }: QueuePlan, claims: Claim[], index: number): number {
  const claim = claims[index];
  if (concurrency === undefined || !claim || index < concurrency) return 0;
  const ends = claims.slice(0, index).map(({ endAt }) => endAt);
  return Math.max(0, ...ends.filter((at) => at <= claim.at));
}
