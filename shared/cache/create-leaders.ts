import { LRUCache } from "lru-cache";
import { fromTime, toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { type Answer, type CacheClaim, isFresh, type Wanted } from "./cache-entry.ts";
import type { CacheKey } from "./cache-key.ts";
import type { Entries } from "./create-entries.ts";

/** How long others wait for a leader before each of them calls for itself. */
const longestWaitMs = 60_000;
const mostTries = 3;
/** Of keys that a process remembers the leaders of. */
const mostKnown = 10_000;

export type Joined = { answer: Answer } | { claim: CacheClaim };

export type Leaders = {
  /** The answer that is there by now, or who makes the call: the task itself, or the one it is to wait for. */
  join(taskId: string, key: CacheKey, wanted: Wanted): Promise<Joined>;
  /** A leader has ended without an answer for others: who comes next looks anew. */
  forget(key: CacheKey): void;
  /** A leader that will make no call after all gives its claim back. */
  resign(taskId: string, key: CacheKey): Promise<void>;
};

type Deps = Pick<Platform, "clock"> & { entries: Entries; log: Log };

/**
 * Lets one of many tasks that ask the same make the call: within a process by a map, across processes by a claim on the
 * entry's document. A claim that cannot be made makes everybody call for themselves.
 */
export function createLeaders({ entries, clock, log }: Deps): Leaders {
  const known = new LRUCache<CacheKey, Promise<Joined>>({ max: mostKnown });

  async function claim(taskId: string, key: CacheKey, wanted: Wanted): Promise<Joined> {
    const own = { leader: taskId, until: toTime(clock.now() + longestWaitMs) };
    for (let tries = 0; tries < mostTries; tries++) {
      const found = await entries.find(key, wanted);
      if (found.answer) return { answer: found.answer };
      if (found.claim) return { claim: found.claim };
      const { tenant, type } = wanted;
      if (await entries.claim(key, { tenant, type }, own, found)) break;
    }
    return { claim: own };
  }

  async function tryToClaim(taskId: string, key: CacheKey, wanted: Wanted): Promise<Joined> {
    try {
      return await claim(taskId, key, wanted);
    } catch (error) {
      log.warn("a task calls for itself alone", { taskId, ...toErrorField(error) });
      return { claim: { leader: taskId, until: toTime(clock.now() + longestWaitMs) } };
    }
  }

  const isGood = (joined: Joined, { maxAgeMs }: Wanted) =>
    "answer" in joined
      ? isFresh(joined.answer, maxAgeMs, clock.now())
      : clock.now() < fromTime(joined.claim.until);

  return {
    async join(taskId, key, wanted) {
      const answer = entries.near(key, wanted);
      if (answer) return { answer };
      const earlier = await known.get(key);
      if (earlier && isGood(earlier, wanted)) return earlier;
      const joining = tryToClaim(taskId, key, wanted);
      known.set(key, joining);
      return joining;
    },
    forget(key) {
      known.delete(key);
    },
    async resign(taskId, key) {
      const joined = await known.get(key);
      if (!joined || "answer" in joined || joined.claim.leader !== taskId) return;
      known.delete(key);
      await entries.unclaim(key, taskId);
    },
  };
}
