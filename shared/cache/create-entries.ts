import type { TaskType } from "../api/task-type.ts";
import { toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Write, WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import {
  type Answer,
  type CacheClaim,
  CacheEntry,
  isFresh,
  readAnswer,
  readClaim,
  type Wanted,
} from "./cache-entry.ts";
import { type CacheKey, cachePath } from "./cache-key.ts";
import { createNearCache } from "./create-near-cache.ts";

export type Found = {
  answer?: Answer | undefined;
  claim?: CacheClaim | undefined;
  /** What is there, of whatever use, for who wants to write it. */
  entry?: CacheEntry | undefined;
  updateTime?: WriteTime;
};

export type NewAnswer = { key: CacheKey } & Pick<Answer, "result" | "costMicros">;

export type Entries = {
  /** What this process remembers. */
  near(key: CacheKey, wanted: Wanted): Answer | undefined;
  /** Also what the store has. A store that fails or an entry that makes no sense is as good as none. */
  find(key: CacheKey, wanted: Wanted): Promise<Found>;
  put(owner: { tenant: string; type: TaskType; ttlSeconds: number }, answers: NewAnswer[]): Promise<void>;
  /** Names a leader where `found` is what is there. `false` when somebody else has written it since. */
  claim(
    key: CacheKey,
    owner: { tenant: string; type: TaskType },
    claim: CacheClaim,
    found: Found,
  ): Promise<boolean>;
  /** Takes a leader's claim back, if it still stands. */
  unclaim(key: CacheKey, leader: string): Promise<void>;
};

type Deps = Pick<Platform, "documents" | "clock"> & { log: Log };

/** A commit takes no more than 10 MB, and the largest vector has 64 KB. */
const mostWrites = 100;

/** Entries at two levels: for a minute in this process, and in Documents for as long as they are good. */
export function createEntries(deps: Deps): Entries {
  const { documents, clock, log } = deps;
  const nearby = createNearCache(clock);

  function near(key: CacheKey, { maxAgeMs }: Wanted): Answer | undefined {
    const answer = nearby.get(key);
    return answer && isFresh(answer, maxAgeMs, clock.now()) ? answer : undefined;
  }

  async function read(key: CacheKey, wanted: Wanted): Promise<Found> {
    const snapshot = await documents.get(cachePath(key));
    if (!snapshot) return {};
    const { updateTime, path } = snapshot;
    const { data: entry } = CacheEntry.safeParse(snapshot.data);
    if (!entry) {
      log.warn("a cache entry makes no sense", { path });
      return { updateTime };
    }
    const now = clock.now();
    const answer = readAnswer(entry, wanted, now);
    if (answer) nearby.set(key, answer);
    return { entry, updateTime, answer, claim: readClaim(entry, wanted.tenant, now) };
  }

  return {
    near,
    async find(key, wanted) {
      const answer = near(key, wanted);
      if (answer) return { answer };
      return read(key, wanted).catch((error) => {
        log.warn("the cache could not be read", toErrorField(error));
        return {};
      });
    },
    async put({ tenant, type, ttlSeconds }, answers) {
      const now = clock.now();
      const keptAt = toTime(now);
      const expiresAt = toTime(now + ttlSeconds * 1_000);
      const writes = answers.map(({ key, result, costMicros }): Write => {
        const answer = { result, ...(costMicros !== undefined && { costMicros }), keptAt, expiresAt };
        nearby.set(key, answer);
        const data: CacheEntry = { tenant, type, answer, deleteAt: expiresAt };
        return { op: "set", path: cachePath(key), data };
      });
      for (let start = 0; start < writes.length; start += mostWrites)
        await documents.commit(writes.slice(start, start + mostWrites));
    },
    claim(key, owner, claim, { entry, updateTime }) {
      const path = cachePath(key);
      // What is not of this tenant and type must not become so.
      const isOwn = entry?.tenant === owner.tenant && entry.type === owner.type;
      const answer = isOwn ? entry.answer : undefined;
      const deleteAt = answer && answer.expiresAt > claim.until ? answer.expiresAt : claim.until;
      const data: CacheEntry = { ...owner, ...(answer && { answer }), claim, deleteAt };
      if (updateTime === undefined) return tryCommit(documents, { op: "create", path, data });
      return tryCommit(documents, { op: "set", path, data, precondition: { updateTime } });
    },
    async unclaim(key, leader) {
      const path = cachePath(key);
      const snapshot = await documents.get<CacheEntry>(path);
      if (snapshot?.data.claim?.leader !== leader) return;
      const { updateTime } = snapshot;
      await tryCommit(documents, { op: "update", path, removes: ["claim"], precondition: { updateTime } });
    },
  };
}
