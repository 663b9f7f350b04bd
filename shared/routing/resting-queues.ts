import type { ConeaConfig } from "../config/conea-config.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { callsAllowed } from "../queue/breaker.ts";
import { type QueueDocument, queuePath, toQueueState } from "../queue/queue-document.ts";
import { restsUntil } from "../queue/rests-until.ts";

/** How long a process believes what it has read of a queue. */
const believedMs = 1_000;

export type RestingQueues = {
  /**
   * Whether a queue's provider is left alone now, so that who can go elsewhere should. While it is being probed, as many
   * are told to go there as it takes probes. At most a second old; a queue that cannot be read counts as well. Never
   * rejects.
   */
  isResting(queueId: string): Promise<boolean>;
  /** This process has told a queue of a call's end, which may have changed whether it rests: it is looked at anew. */
  told(queueId: string): void;
};

type Known = {
  until: number;
  isOpen: boolean;
  /** Calls that may go there as probes; `Infinity` when it is well. */
  places: number;
};

/** What a process knows of the breakers of queues that it is not claiming from. */
export function createRestingQueues({
  documents,
  clock,
  config,
  log,
}: Pick<Platform, "documents" | "clock"> & { config: ConeaConfig; log: Log }): RestingQueues {
  const known = new Map<string, Known>();

  async function look(queueId: string): Promise<Known> {
    const snapshot = await documents.get<QueueDocument>(queuePath(queueId));
    const now = snapshot ? Date.parse(snapshot.readTime) : clock.now();
    const state = toQueueState(snapshot);
    const { count } = callsAllowed(state.breaker, config.breaker, now);
    const until = restsUntil(state, now);
    const believed = Math.min(believedMs, (until ?? Number.POSITIVE_INFINITY) - now);
    return { until: clock.now() + believed, isOpen: until !== undefined, places: Math.max(0, count) };
  }

  return {
    async isResting(queueId) {
      let state = known.get(queueId);
      if (!state || clock.now() >= state.until) {
        try {
          state = await look(queueId);
        } catch (error) {
          log.warn("a queue could not be read", { queue: queueId, ...toErrorField(error) });
          return false;
        }
        known.set(queueId, state);
      }
      if (state.isOpen || state.places < 1) return true;
      state.places -= 1;
      return false;
    },
    told(queueId) {
      // One that is well is looked at soon enough.
      if (known.get(queueId)?.places !== Number.POSITIVE_INFINITY) known.delete(queueId);
    },
  };
}
