import type { TaskEvent } from "../../../shared/api/events.ts";
import type { TaskDocument } from "../../../shared/tasks/task-document.ts";
import type { Evidence, StateChange } from "../evidence.ts";
import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";
import { isReplay } from "./all-end.ts";

/**
 * An event is published only once its change is durable; without duplicates, the events of a task are numbered from 1
 * without a gap, and tell the states it went through.
 */
export const eventsComplete: Invariant = {
  name: "events are true and complete",
  check: (evidence) => [...checkTruth(evidence), ...checkCompleteness(evidence)],
};

function checkTruth({ entries, changes }: Evidence) {
  return entriesOf(entries, "published").flatMap(({ at, event, by }) => {
    const known = changes.get(event.task.id) ?? [];
    const isTrue = known.some((change) => change.at <= at && tells(event, change));
    if (isTrue) return [];
    return [{ at, taskId: event.task.id, message: `${by} published ${event.type} before it was so` }];
  });
}

function tells({ type, task }: TaskEvent, change: StateChange): boolean {
  if (type === "task.accepted") return change.before === undefined || isReplay(change);
  return change.after.status === task.status;
}

function checkCompleteness({ entries, tasks, changes, endedAtMs }: Evidence) {
  const delivered = Map.groupBy(entriesOf(entries, "delivered"), ({ event }) => event.task.id);
  return [...tasks.values()].flatMap((task) => {
    const events = withoutDuplicates((delivered.get(task.id) ?? []).map(({ event }) => event));
    const told = events.map(({ type }) => type.replace("task.", ""));
    const happened = toStory(changes.get(task.id) ?? []);
    if (told.join() === happened.join()) return [];
    return [
      { at: endedAtMs, taskId: task.id, message: `told ${told.join(", ")}; happened ${happened.join(", ")}` },
    ];
  });
}

/** One of each id, in the order of their numbers. */
function withoutDuplicates(events: TaskEvent[]): TaskEvent[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  return [...byId.values()].toSorted((a, b) => a.sequence - b.sequence);
}

/** The states a consumer must hear of. */
function toStory(changes: StateChange[]): string[] {
  return changes.flatMap((change) => {
    const { before, after } = change;
    if (!before || isReplay(change)) return ["accepted"];
    if (isCut(change)) return ["cut"];
    return before.status === after.status ? [] : toWord(after);
  });
}

/** A call that a cancel had cut was noted after it. */
function isCut({ before, after }: StateChange): boolean {
  return before?.status === "cancelled" && before.attempts.length < after.attempts.length;
}

/** Where the event has another name than the state it tells of. */
const words: ReadonlyMap<string, string> = new Map([
  ["running", "started"],
  ["scheduled", "retrying"],
]);

function toWord({ status }: TaskDocument): string[] {
  if (status === "ready") return [];
  return [words.get(status) ?? status];
}
