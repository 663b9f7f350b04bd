import type { TaskDocument } from "../../../shared/tasks/task-document.ts";
import type { Invariant } from "../violation.ts";

const classes = ["inputTokens", "cachedInputTokens", "outputTokens"] as const;

/** What a task is said to have used is what its attempts used. */
export const usageAddsUp: Invariant = {
  name: "usage is the sum of the attempts'",
  check: ({ tasks, endedAtMs }) =>
    [...tasks.values()]
      .filter((task) => task.attempts.length < 20 && !addsUp(task))
      .map(({ id, usage, attempts }) => ({
        at: endedAtMs,
        taskId: id,
        message: `${JSON.stringify(usage)} is not the sum of ${JSON.stringify(attempts.map((one) => one.usage))}`,
      })),
};

function addsUp({ usage, attempts }: TaskDocument): boolean {
  return classes.every(
    (name) => usage[name] === attempts.reduce((sum, attempt) => sum + (attempt.usage?.[name] ?? 0), 0),
  );
}
