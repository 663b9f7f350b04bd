import type { StoredJson, TaskResult } from "../api/results.ts";
import { toTime } from "../core/clock.ts";
import { endFields } from "../tasks/end-fields.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { withEvent } from "../tasks/task-events.ts";

/**
 * What changes on a task that ends with a result that was there already: nothing was used beside what was before.
 * `savedMicros`: what the result had cost, where that is known.
 */
export function toHit(
  task: TaskDocument,
  result: TaskResult | StoredJson,
  { now, savedMicros }: { now: number; savedMicros?: number | undefined },
) {
  const completedAt = toTime(now);
  return {
    status: "succeeded" as const,
    cache: "hit" as const,
    result,
    ...(savedMicros !== undefined && { savedMicros }),
    completedAt,
    ...endFields(task),
    ...withEvent(task, "task.succeeded", completedAt),
  };
}
