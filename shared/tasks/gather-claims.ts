import type { Clock } from "../core/clock.ts";
import type { Claimed } from "../queue/claim-tasks.ts";
import type { Queue } from "../queue/queue-document.ts";

/** What was claimed of one queue, by task, for those who asked for it. */
export type Gathered = { queue: Queue | undefined; claims: Map<string, Claimed>; isResting: boolean };

/** Claims these tasks of a queue, as far as may be. */
type ClaimTogether<C> = (queueId: string, taskIds: ReadonlySet<string>) => Promise<C>;

type Waiting<C> = { taskIds: Set<string>; together: PromiseWithResolvers<C> };

/**
 * Claims a task of a queue, alone and at once where none is being claimed there. Those that are asked for meanwhile, or in
 * the same turn of the event loop, are claimed together after it: one commit for all, and none that loses a race with
 * another of this process.
 */
export function gatherClaims<C>(
  clock: Clock,
  claim: ClaimTogether<C>,
): (queueId: string, taskId: string) => Promise<C> {
  const busy = new Set<string>();
  const waiting = new Map<string, Waiting<C>>();

  function claimNow(queueId: string, taskIds: ReadonlySet<string>): Promise<C> {
    busy.add(queueId);
    const claimed = claim(queueId, taskIds);
    const turned = new Promise<void>((resolve) => void clock.after(0, resolve));
    void Promise.allSettled([claimed, turned]).then(() => claimWaiting(queueId));
    return claimed;
  }

  function claimWaiting(queueId: string): void {
    busy.delete(queueId);
    const next = waiting.get(queueId);
    if (!next) return;
    waiting.delete(queueId);
    next.together.resolve(claimNow(queueId, next.taskIds));
  }

  return (queueId, taskId) => {
    if (!busy.has(queueId)) return claimNow(queueId, new Set([taskId]));
    const next = waiting.get(queueId) ?? { taskIds: new Set(), together: Promise.withResolvers<C>() };
    waiting.set(queueId, next);
    next.taskIds.add(taskId);
    return next.together.promise;
  };
}
