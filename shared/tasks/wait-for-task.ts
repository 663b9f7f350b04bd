import { terminalStatuses } from "../api/task-type.ts";
import type { Platform } from "../platform/platform.ts";
import type { LiveOutput } from "./live-output.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/**
 * Resolves to the task once it has ended, or as it is after `waitMs`, or when `signal` aborts; to `undefined` when it was
 * never seen. What this process itself runs is heard of at once. Rejects when listening fails.
 */
export function waitForTask(
  { documents, clock, live }: Pick<Platform, "documents" | "clock"> & { live?: LiveOutput },
  taskId: string,
  { waitMs, signal }: { waitMs: number; signal?: AbortSignal },
): Promise<TaskDocument | undefined> {
  return new Promise((resolve, reject) => {
    let latest: TaskDocument | undefined;
    const finish = () => {
      cancelTimer();
      stopLive?.();
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
        stopLive?.();
        reject(error);
      },
    );
    const stopLive = live?.subscribe(taskId, (event) => {
      if (event.kind !== "settled" || !terminalStatuses.has(event.task.status)) return;
      latest = event.task;
      finish();
    });
    signal?.addEventListener("abort", finish, { once: true });
    if (signal?.aborted) finish();
  });
}
