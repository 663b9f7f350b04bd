import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";

/** What was acknowledged exists, once per request; what nobody asked for does not. */
export const nothingLost: Invariant = {
  name: "nothing lost, nothing unexpected",
  check({ entries, tasks, tasksOf, scenario, endedAtMs }) {
    const known = new Set(scenario.tasks.map(({ label }) => label));
    const lost = entriesOf(entries, "submitted")
      .filter(({ taskId }) => !tasks.has(taskId))
      .map(({ at, taskId, label }) => ({
        at,
        taskId,
        message: `${label} was acknowledged and is not there`,
      }));
    const doubled = [...tasksOf]
      .filter(([label, ids]) => ids.length > 1 || !known.has(label))
      .map(([label, ids]) => ({
        at: endedAtMs,
        message: `${label} became ${ids.length} tasks: ${ids.join(", ")}`,
      }));
    const strangers = entriesOf(entries, "submitted")
      .filter(({ taskId, label }) => !tasksOf.get(label)?.includes(taskId))
      .map(({ at, taskId, label }) => ({ at, taskId, message: `${label} was told the id of another task` }));
    return [...lost, ...doubled, ...strangers];
  },
};
