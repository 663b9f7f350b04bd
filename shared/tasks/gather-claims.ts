import type { Clock } from "../core/clock.ts";
import type { Claimed } from "../queue/claim-tasks.ts";
import type { Queue } from "../queue/queue-document.ts";

/** What was claimed of one queue, by task, for those who asked for it. */
export type Gathered = {
  queue: Queue | undefined;
  claims: Map<string, Claimed>;
  isResting: boolean;
  error?: unknown;
};

/** Claims these of a queue, as far as may be. */
type ClaimTogether<T, C> = (queueId: string, wanted: ReadonlySet<T>) => Promise<C>;

type Waiting<T, C> = { wanted: Set<T>; together: PromiseWithResolvers<C> };

/**
 * Claims what is wanted of a queue, alone and at once where nothing is being claimed there. What is asked for meanwhile, or in
 * the same turn of the event loop, is claimed together after it: one commit for all, and none that loses a race with
 * another of this process.
 */
export function gatherClaims<T, C>(
  clock: Clock,
  claim: ClaimTogether<T, C>,
): (queueId: string, wanted: T) => Promise<C> {
  const busy = new Set<string>();
  const waiting = new Map<string, Waiting<T, C>>();

  function claimNow(queueId: string, wanted: ReadonlySet<T>): Promise<C> {
    busy.add(queueId);
    const claimed = claim(queueId, wanted);
    let left = 2;
    const pass = () => {
      if (--left === 0) claimWaiting(queueId);
    };
    claimed.then(pass, pass);
    clock.after(0, pass);
    return claimed;
  }

  function claimWaiting(queueId: string): void {
    busy.delete(queueId);
    const next = waiting.get(queueId);
    if (!next) return;
    waiting.delete(queueId);
    next.together.resolve(claimNow(queueId, next.wanted));
  }

  return (queueId, wanted) => {
    if (!busy.has(queueId)) return claimNow(queueId, new Set([wanted]));
    const next = waiting.get(queueId) ?? { wanted: new Set(), together: Promise.withResolvers<C>() };
    waiting.set(queueId, next);
    next.wanted.add(wanted);
    return next.together.promise;
  };
}
