import { LRUCache } from "lru-cache";
import { type Clock, sleep } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import { type Documents, InvalidDocument, PreconditionFailed } from "../platform/documents.ts";
import { changeMinute, type Noted, takeSome } from "./change-minute.ts";
import { keysOf, type MinuteDocument, type MinutePart, minutePath, toMinutePart } from "./minute-document.ts";

export type MinuteDeps = { documents: Documents; clock: Clock; random: Random };

const mostTries = 10;
const conflictMs = 20;
const failureMs = 50;
/** Shards of minutes that a process remembers as it wrote them last, so that it need not read them again. */
const remembered = 16;

/** A shard of a minute as it was last seen. */
type Seen = { ids: Set<string>; last?: MinutePart };

export type MinuteKeeper = {
  /** Counts the events that were not counted yet, and resolves when all are. Rejects when the store stays unreachable. */
  add(place: { minute: string; shard: number }, noted: Noted[]): Promise<void>;
};

/**
 * Counts events in the documents of their minutes, each once, however often and wherever it arrives: the keys of what is
 * counted change with the counts, in one write under the document's update time. A write that was refused, or whose answer was
 * lost, is followed by a look at what is there. Calls for one shard of a minute come one after the other.
 */
export function createMinuteKeeper(deps: MinuteDeps): MinuteKeeper {
  const known = new LRUCache<string, Seen>({ max: remembered });

  /** What is left to count after one more write; rejects where that did not happen, as far as anybody knows. */
  async function addSome(place: { minute: string; shard: number }, noted: Noted[]): Promise<Noted[]> {
    const id = `${place.minute} ${place.shard}`;
    const seen = known.get(id) ?? (await readShard(deps.documents, place));
    // Until it is known to have happened, nothing is remembered of it.
    known.delete(id);
    const fresh = takeFresh(noted, seen.ids);
    if (fresh.length === 0) {
      known.set(id, seen);
      return [];
    }
    const some = takeSome(fresh);
    const left = fresh.slice(some.length);
    for (const { eventKey } of left) seen.ids.delete(eventKey);
    const { write, after } = changeMinute(place, seen.last, some, deps.clock.now());
    const [updateTime = ""] = await deps.documents.commit([write]);
    known.set(id, { ids: seen.ids, last: { ...after, updateTime } });
    return left;
  }

  return {
    async add(place, noted) {
      let left = noted;
      for (let tries = 1; left.length > 0; ) {
        try {
          left = await addSome(place, left);
        } catch (error) {
          if (error instanceof InvalidDocument || tries === mostTries) throw error;
          const pause = error instanceof PreconditionFailed ? conflictMs * tries : failureMs * 2 ** tries;
          await sleep(deps.clock, deps.random() * pause);
          tries++;
        }
      }
    },
  };
}

/** Each event once, and only those that are not among `ids`, which then has them. */
function takeFresh(noted: Noted[], ids: Set<string>): Noted[] {
  return noted.filter(({ eventKey }) => {
    const before = ids.size;
    return ids.add(eventKey).size > before;
  });
}

/** All parts: each but the last one is full. */
async function readShard(
  documents: Documents,
  { minute, shard }: { minute: string; shard: number },
): Promise<Seen> {
  const seen: Seen = { ids: new Set() };
  for (let part = 0; part === 0 || seen.last?.full; part++) {
    const snapshot = await documents.get<MinuteDocument>(minutePath(minute, shard, part));
    if (!snapshot) break;
    for (const key of keysOf(snapshot.data)) seen.ids.add(key);
    seen.last = toMinutePart(snapshot);
  }
  return seen;
}
