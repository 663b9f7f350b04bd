import {
  type Documents,
  OutcomeUnknown,
  PreconditionFailed,
  type Write,
  type WriteTime,
} from "../../shared/platform/documents.ts";
import type { Instance } from "../simulation/instance.ts";
import type { World } from "../simulation/world.ts";

/** The chances of what can befall a call. */
export const chances = {
  readFailed: 0.004,
  conflict: 0.02,
  failed: 0.006,
  unknownDone: 0.008,
  unknownUndone: 0.006,
  /** The answer is lost, and the commit takes effect long after. */
  late: 0.006,
};

/** The longest that a commit is under way: what the sweep of slices allows for, with the time to send it. */
export const longestCommitMs = 180_000;

/** The documents as an instance meets them: slow, failing, and not always sure of what they did. */
export function addFaults(
  documents: Documents,
  {
    instance,
    world,
    isFaulty,
    isStormy,
  }: { instance: Instance; world: World; isFaulty: () => boolean; isStormy: () => boolean },
): Documents {
  const { dice } = instance;
  const strikes = (kind: keyof typeof chances) =>
    isFaulty() && dice.chance(kind === "late" && isStormy() ? 0.85 : chances[kind]);

  /** What was ever written late. */
  const underWay = new Set<string>();

  function read<T>(effect: () => Promise<T>): Promise<T> {
    return instance.call(async () => {
      if (strikes("readFailed")) throw new Error("the store is unavailable");
      return effect();
    });
  }

  async function commit(writes: Write[]): Promise<WriteTime[]> {
    // The store refuses nothing for no reason: what is under way still could take effect after such a refusal.
    const isUnderWay = writes.some(({ path }) => underWay.has(path));
    if (!isUnderWay && strikes("conflict")) throw new PreconditionFailed("somebody was faster");
    if (strikes("failed")) throw new Error("the store is unavailable");
    if (strikes("unknownUndone")) throw new OutcomeUnknown("no answer");
    if (strikes("late")) {
      for (const { path } of writes) underWay.add(path);
      world.after(dice.between(100, longestCommitMs), () => void documents.commit(writes).catch(() => []));
      throw new OutcomeUnknown("no answer");
    }
    const times = await documents.commit(writes);
    if (strikes("unknownDone")) throw new OutcomeUnknown("no answer");
    return times;
  }

  return {
    get: (path) => read(() => documents.get(path)),
    query: (query) => read(() => documents.query(query)),
    count: (query) => read(() => documents.count(query)),
    nearest: (query) => read(() => documents.nearest(query)),
    commit: (writes) => instance.call(() => commit(writes)),
    listen: documents.listen,
  };
}
