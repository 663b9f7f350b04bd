import type { Task } from "../../api/task.ts";
import { terminalStatuses } from "../../api/task-type.ts";
import type { Platform } from "../../platform/platform.ts";
import { followTask, toPosition } from "../../tasks/follow-task.ts";
import type { LiveOutput } from "../../tasks/live-output.ts";
import { type TaskDocument, taskPath } from "../../tasks/task-document.ts";
import { createMailbox } from "./create-mailbox.ts";

/** What both the API and the document say of a task. */
export type WatchedTask = Omit<Task, "input" | "wait">;

export type WatchEvent =
  /** The next piece of an attempt's text. */
  | { kind: "text"; attempt: number; text: string }
  /** An attempt has begun, or was settled; the task may have ended. */
  | { kind: "task"; task: WatchedTask }
  | { kind: "lost"; error: unknown }
  /** Nobody waits any more: the caller has gone, the process ends, or it took too long. */
  | { kind: "left" };

export type TaskWatch = {
  next(): Promise<WatchEvent>;
  /** This is known of the task already. */
  tell(task: WatchedTask): void;
  /** The task is not run in this process: the store is listened to as well. */
  followStore(): void;
  /** Has `next` give `left`. */
  leave(): void;
  /** The process ends soon: has `next` give `left` once no call of the task is under way here. */
  closing(): void;
  close(): void;
};

/** A call that is silent here for so long may have been taken away from this process, which only the store tells. */
const silentMs = 5_000;

/**
 * Watches a task: by what this process itself does for it, and by the store where it may be run by another. Of a streamed
 * task the text of each attempt comes once, from whoever is first.
 */
export function watchTask(
  { live, documents, clock }: Pick<Platform, "documents" | "clock"> & { live: LiveOutput },
  taskId: string,
  { isStreamed }: { isStreamed: boolean },
): TaskWatch {
  const box = createMailbox<WatchEvent>();
  /** How much of each attempt's text has come. */
  const known = new Map<number, number>();
  let isClosed = false;
  let stopFollowing = () => {};
  const leave = () => box.put({ kind: "left" });
  let unread: Extract<WatchEvent, { kind: "text" }> | undefined;
  let isFollowing = false;
  let isClosing = false;

  function addText(attempt: number, offset: number, text: string): void {
    const before = known.get(attempt) ?? 0;
    if (offset > before || offset + text.length <= before) return;
    const fresh = text.slice(before - offset);
    known.set(attempt, before + fresh.length);
    // What the reader has not come to yet is one piece to it.
    if (unread?.attempt === attempt && box.isLast(unread)) unread.text += fresh;
    else {
      unread = { kind: "text", attempt, text: fresh };
      box.put(unread);
    }
  }

  function addTask(task: WatchedTask): void {
    if (isClosed) return;
    box.put({ kind: "task", task });
    if (terminalStatuses.has(task.status)) close();
    else if (isClosing) leave();
    else followStore();
  }

  function followStore(): void {
    if (isFollowing || isClosed) return;
    isFollowing = true;
    stopFollowing = isStreamed ? followPages() : listen();
  }

  function listen(): () => void {
    return documents.listen<TaskDocument>(
      taskPath(taskId),
      (changes) => {
        const task = changes.at(-1)?.snapshot.data;
        if (task && terminalStatuses.has(task.status)) addTask(task);
      },
      (error) => box.put({ kind: "lost", error }),
    );
  }

  function followPages(): () => void {
    const left = new AbortController();
    readPages(left.signal).catch((error) => box.put({ kind: "lost", error }));
    return () => left.abort("closed");
  }

  async function readPages(signal: AbortSignal): Promise<void> {
    const read = new Map<number, number>();
    for await (const { event, data } of followTask({ documents }, taskId, {
      start: toPosition(null),
      signal,
    })) {
      if (event === "done") addTask(data);
      if (event === "task") box.put(toWatchEvent(data));
      if (event !== "delta") continue;
      const offset = read.get(data.attempt) ?? 0;
      read.set(data.attempt, offset + data.text.length);
      addText(data.attempt, offset, data.text);
    }
  }

  const stopLive = live.subscribe(taskId, (event) => {
    if (event.kind === "settled") addTask(event.task);
    else if (event.kind === "begun") box.put(toWatchEvent(event.task));
    else addText(event.attempt, event.offset, event.text);
  });
  const cancelTimer = clock.after(silentMs, followStore);

  function close(): void {
    cancelTimer();
    stopLive();
    isClosed = true;
    stopFollowing();
  }
  return {
    next: box.next,
    tell: addTask,
    followStore,
    leave,
    closing() {
      isClosing = true;
      if (!live.isUnderWay(taskId)) leave();
    },
    close,
  };
}

function toWatchEvent(task: WatchedTask): WatchEvent {
  return { kind: "task", task };
}
