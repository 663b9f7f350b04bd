import type { StoredJson, TaskResult } from "../api/results.ts";
import { toTime } from "../core/clock.ts";
import { noUsage } from "../providers/provider.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { withEvent } from "../tasks/task-events.ts";

/** What changes on a task that ends with a result that was there already: it was never started, and nothing was used. */
export function toHit(task: TaskDocument, result: TaskResult | StoredJson, now: number) {
  const completedAt = toTime(now);
  return {
    status: "succeeded" as const,
    cache: "hit" as const,
    result,
    usage: noUsage,
    cost: { micros: 0, known: true },
    completedAt,
    ...withEvent(task, "task.succeeded", completedAt),
  };
}
