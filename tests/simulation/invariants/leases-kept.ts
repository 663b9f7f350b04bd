import { isSafeForWorkers } from "../scenario.ts";
import type { Invariant } from "../violation.ts";

/** A worker that lives and reaches the store keeps its task, however long the call takes. */
export const leasesKept: Invariant = {
  name: "nobody loses a task he works on",
  check({ scenario, changes }) {
    if (!isSafeForWorkers(scenario)) return [];
    const lost = [...changes.values()].flat().filter(({ before, after }) => {
      const isNew = after.attempts.length > (before?.attempts.length ?? 0);
      return isNew && after.attempts.at(-1)?.outcome === "lost";
    });
    return lost.map(({ at, id, by }) => ({
      at,
      taskId: id,
      message: `${by} took a task from a worker that lives`,
    }));
  },
};
