import type { TaskDocument } from "./task-document.ts";

/** How a task is started that this process is about to keep: where its turn has come, keeping and claiming it are one commit. */
export type Start = {
  /**
   * Keeps the task and claims it with the same commit, if it is the head of its line and a permit is free. `undefined`, and
   * nothing written, where it is not: it is to be kept as any other. Rejects where nobody knows whether it was kept.
   */
  keep: KeepStarted;
  /** Runs what was claimed. A task that was kept as any other is started as `startNow` does it, if that was not tried before. */
  run(task: Pick<TaskDocument, "id" | "queue" | "status">): Promise<void>;
};

/** `isFresh`: whether a commit that keeps the task may still be sent. `keptAt` is by the store's clock (epoch ms). */
export type KeepStarted = (
  task: TaskDocument,
  isFresh: () => boolean,
) => Promise<{ task: TaskDocument; keptAt: number } | undefined>;
