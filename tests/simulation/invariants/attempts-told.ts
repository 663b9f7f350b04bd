import { terminalStatuses } from "../../../shared/api/task-type.ts";
import type { TaskDocument } from "../../../shared/tasks/task-document.ts";
import type { Evidence } from "../evidence.ts";
import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";

/** Who adds up what the events tell knows each attempt of a task that has ended, and what it cost. */
export const attemptsTold: Invariant = {
  name: "events tell each attempt once, with its cost",
  check: ({ entries, tasks, endedAtMs }) => {
    const told = tellAttempts(entries);
    return [...tasks.values()].flatMap((task) => {
      if (!remembersAll(task)) return [];
      const happened = toWords(task.attempts);
      const heard = told.get(task.id) ?? [];
      if (heard.toSorted().join() === happened.toSorted().join()) return [];
      return [
        {
          at: endedAtMs,
          taskId: task.id,
          message: `told ${heard.join(", ")}; happened ${happened.join(", ")}`,
        },
      ];
    });
  },
};

function remembersAll({ status, attempts, eventSequence }: TaskDocument): boolean {
  return terminalStatuses.has(status) && attempts.length < 20 && eventSequence < 48;
}

/** Of each task, from events without duplicates. */
function tellAttempts(entries: Evidence["entries"]): Map<string, string[]> {
  const events = new Map(entriesOf(entries, "delivered").map(({ event }) => [event.id, event]));
  const told = new Map<string, string[]>();
  for (const { task } of events.values())
    told.set(task.id, [...(told.get(task.id) ?? []), ...toWords(task.attempts ?? [])]);
  return told;
}

function toWords(attempts: { n: number; outcome: string; costMicros?: number | undefined }[]): string[] {
  return attempts.map(({ n, outcome, costMicros = 0 }) => `${n} ${outcome} ${costMicros}`);
}
