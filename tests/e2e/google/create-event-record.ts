import { EventEmitter, once } from "node:events";
import { type Event, isTaskEvent, type TaskEvent } from "../../../shared/api/events.ts";
import { terminalStatuses } from "../../../shared/api/task-type.ts";
import { createDice } from "../../simulation/dice.ts";

/** What a consumer of all events has: each once by its id, and how many came again. */
export type EventRecord = {
  /** By task, then by id. */
  byTask: Map<string, Map<string, TaskEvent>>;
  duplicates(): number;
  /** Of two deliveries of one id that differ, the later one. */
  contradictions: TaskEvent[];
  /** Whether the task's end was told. */
  hasEnded(taskId: string): boolean;
  take(event: Event): Promise<void>;
  next(signal: AbortSignal): Promise<void>;
  /** Waits from one event to the next until `isDone`. `false` where that took too long. */
  until(isDone: () => boolean, withinMs: number): Promise<boolean>;
};

/** `again`: how probable it is that a delivery is kept and answered with a failure. */
export function createEventRecord(seed: number, again = 0): EventRecord {
  const byTask: EventRecord["byTask"] = new Map();
  const contradictions: TaskEvent[] = [];
  const dice = createDice(seed, "events");
  const taken = new EventEmitter();
  let duplicates = 0;

  function keep(event: TaskEvent): void {
    const known = byTask.get(event.task.id) ?? new Map<string, TaskEvent>();
    const before = known.get(event.id);
    if (before) duplicates += 1;
    if (before && before.type !== event.type) contradictions.push(event);
    byTask.set(event.task.id, known.set(event.id, before ?? event));
  }

  return {
    byTask,
    contradictions,
    duplicates: () => duplicates,
    hasEnded: (taskId) =>
      [...(byTask.get(taskId)?.values() ?? [])].some(({ task }) => terminalStatuses.has(task.status)),
    async take(event) {
      if (isTaskEvent(event)) keep(event);
      taken.emit("taken");
      if (dice.chance(again)) throw new Error("once more");
    },
    async next(signal) {
      await once(taken, "taken", { signal });
    },
    async until(isDone, withinMs) {
      const signal = AbortSignal.timeout(withinMs);
      try {
        while (!isDone()) await once(taken, "taken", { signal });
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
  };
}
