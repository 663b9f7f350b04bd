import {
  type Documents,
  OutcomeUnknown,
  PreconditionFailed,
  type WriteTime,
} from "../../shared/platform/documents.ts";
import type { Faults } from "./faults.ts";
import type { Instance } from "./instance.ts";
import type { World } from "./world.ts";

/** The documents as an instance meets them: slow, failing, and not always sure of what they did. */
export function addDocumentFaults(
  documents: Documents,
  { instance, faults, world }: { instance: Instance; faults: Faults; world: World },
): Documents {
  const { dice } = instance;

  function read<T>(effect: () => Promise<T>): Promise<T> {
    return instance.call(async () => {
      if (faults.strikes("read_failed", dice)) throw new Error("the store is unavailable");
      return effect();
    });
  }

  async function commit(effect: () => Promise<WriteTime[]>): Promise<WriteTime[]> {
    if (faults.strikes("commit_conflict", dice)) throw new PreconditionFailed("somebody was faster");
    if (faults.strikes("commit_failed", dice)) throw new Error("the store is unavailable");
    if (faults.strikes("commit_unknown_undone", dice)) throw new OutcomeUnknown("no answer");
    const times = await effect();
    if (faults.strikes("commit_unknown_done", dice)) throw new OutcomeUnknown("no answer");
    return times;
  }

  return {
    get: (path) => read(() => documents.get(path)),
    query: (query) => read(() => documents.query(query)),
    count: (query) => read(() => documents.count(query)),
    nearest: (query) => read(() => documents.nearest(query)),
    commit: (writes) => instance.call(() => commit(() => documents.commit(writes))),
    listen(target, onChanges, onError) {
      let latest = 0;
      const deliver = (run: () => void) => {
        const delayMs = faults.strikes("listener_late", dice)
          ? dice.between(500, 20_000)
          : dice.between(0, 20);
        // What comes later is never told earlier.
        latest = Math.max(latest, world.now() + delayMs);
        world.after(latest - world.now(), () => instance.enter(() => stopped || run()));
      };
      let stopped = false;
      const stop = documents.listen(
        target,
        (changes) => deliver(() => onChanges(changes as never)),
        (error) => deliver(() => onError(error)),
      );
      const stopAll = () => {
        stopped = true;
        stop();
      };
      instance.onDeath(stopAll);
      return stopAll;
    },
  };
}
