import { terminalStatuses } from "../api/task-type.ts";
import type { Platform } from "../platform/platform.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/**
 * Resolves to the task once it has ended, or as it is after `waitMs`, or when `signal` aborts; to `undefined` when it was
 * never seen. Rejects when listening fails.
 */
export function waitForTask(
  { documents, clock }: Pick<Platform, "documents" | "clock">,
  taskId: string,
  { waitMs, signal }: { waitMs: number; signal?: AbortSignal },
): Promise<TaskDocument | undefined> {
  return new Promise((resolve, reject) => {
    let latest: TaskDocument | undefined;
    const finish = () => {
      cancelTimer();
      stop();
      signal?.removeEventListener("abort", finish);
      resolve(latest);
    };
    const cancelTimer = clock.after(waitMs, finish);
    const stop = documents.listen<TaskDocument>(
      taskPath(taskId),
      (changes) => {
        latest = changes.at(-1)?.snapshot.data ?? latest;
        if (latest && terminalStatuses.has(latest.status)) finish();
      },
      (error) => {
        cancelTimer();
        reject(error);
      },
    );
    signal?.addEventListener("abort", finish, { once: true });
    if (signal?.aborted) finish();
  });
}
