import type { Clock } from "../../shared/core/clock.ts";
import { sleep } from "../../shared/core/clock.ts";
import { type Documents, OutcomeUnknown, PreconditionFailed } from "../../shared/platform/documents.ts";
import type { Dice } from "../simulation/dice.ts";

export type Chances = {
  readFailed: number;
  commitFailed: number;
  conflict: number;
  unknownDone: number;
  unknownUndone: number;
};

/** A process that may die: from then on nothing it called ever comes back, and nothing it planned happens. */
export type Mortal = {
  isAlive(): boolean;
  die(): void;
  call<T>(effect: () => Promise<T>): Promise<T>;
  clock: Clock;
};

const never = new Promise<never>(() => undefined);

export function createMortal(clock: Clock, dice: Dice): Mortal {
  let isAlive = true;
  return {
    isAlive: () => isAlive,
    die() {
      isAlive = false;
    },
    async call(effect) {
      await sleep(clock, dice.between(0, 8));
      if (!isAlive) return never;
      try {
        const result = await effect();
        await sleep(clock, dice.between(0, 8));
        return isAlive ? result : await never;
      } catch (error) {
        if (!isAlive) return never;
        throw error;
      }
    },
    clock: { ...clock, after: (delayMs, run) => clock.after(delayMs, () => isAlive && run()) },
  };
}

/** The documents as such a process meets them. `strikes` says whether a fault happens now. */
export function addFaults(
  documents: Documents,
  mortal: Mortal,
  strikes: (kind: keyof Chances) => boolean,
): Documents {
  const read = <T>(effect: () => Promise<T>): Promise<T> =>
    mortal.call(async () => {
      if (strikes("readFailed")) throw new Error("the store is unavailable");
      return effect();
    });
  return {
    ...documents,
    get: (path) => read(() => documents.get(path)),
    query: (query) => read(() => documents.query(query)),
    count: (query) => read(() => documents.count(query)),
    commit: (writes) =>
      mortal.call(async () => {
        // Of a create it says that the document is there, which is true.
        const mayConflict = writes.some(({ op }) => op !== "create");
        if (mayConflict && strikes("conflict")) throw new PreconditionFailed("somebody was faster");
        if (strikes("commitFailed")) throw new Error("the store is unavailable");
        if (strikes("unknownUndone")) throw new OutcomeUnknown("no answer");
        const times = await documents.commit(writes);
        if (strikes("unknownDone")) throw new OutcomeUnknown("no answer");
        return times;
      }),
  };
}
