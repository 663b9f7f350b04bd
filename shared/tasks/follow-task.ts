import type { Attempt, Task } from "../api/task.ts";
import { terminalStatuses } from "../api/task-type.ts";
import type { Platform } from "../platform/platform.ts";
import { type OutputPage, outputCollection, pageId } from "./output-pages.ts";
import { type TaskDocument, taskPath, toTask } from "./task-document.ts";

/** What a follower of a task is told, in order. `done` is the last. */
export type TaskEvent = { id: string } & (
  | { event: "task"; data: Task }
  | { event: "delta"; data: { attempt: number; page: number; text: string } }
  | { event: "attempt"; data: Attempt }
  | { event: "done"; data: Task }
);

/** How far a follower has come: the last attempt it was told of as ended, and the last page it was given. */
type Position = { attempt: number; page: string };

const positionPattern = /^(\d{1,9})\.(\d{4,9}-\d{6,9})?$/;

/** Reads the id of an event; what is not one counts as the beginning. */
export function toPosition(eventId: string | null): Position {
  const [, attempt = "0", page = ""] = positionPattern.exec(eventId ?? "") ?? [];
  return { attempt: Number(attempt), page };
}

/**
 * Follows a task from a position to its end: first `task`, and again when its status changes; a `delta` for each piece of
 * live text; an `attempt` after the last piece of each attempt; `done`. Ends early when `signal` aborts or the task disappears.
 */
export async function* followTask(
  { documents }: Pick<Platform, "documents">,
  taskId: string,
  { start, signal }: { start: Position; signal: AbortSignal },
): AsyncGenerator<TaskEvent, void, undefined> {
  const inbox = createInbox(documents, taskId, start);
  signal.addEventListener("abort", inbox.close, { once: true });
  if (signal.aborted) inbox.close();
  const reader = createReader(start);
  try {
    while (true) {
      const { task, pages } = await inbox.next();
      if (!task) return;
      for (const event of reader.read(task, pages)) {
        yield event;
        if (event.event === "done") return;
      }
    }
  } finally {
    inbox.close();
  }
}

type Pages = Map<string, OutputPage>;

/** Turns each state of a task and its pages into the events that a follower has not had. */
function createReader(start: Position) {
  let position = start;
  let status: string | undefined;
  const id = () => `${position.attempt}.${position.page}`;

  function readPages(attempt: number, pages: Pages): TaskEvent[] {
    return pagesOf(attempt, pages, position).map(({ page, text }) => {
      pages.delete(pageId(attempt, page));
      position = { ...position, page: pageId(attempt, page) };
      return { id: id(), event: "delta", data: { attempt, page, text } };
    });
  }

  function readAttempt(attempt: Attempt, pages: Pages): TaskEvent[] {
    const deltas = readPages(attempt.n, pages);
    position = { ...position, attempt: attempt.n };
    return [...deltas, { id: id(), event: "attempt", data: attempt }];
  }

  return {
    read(task: TaskDocument, pages: Pages): TaskEvent[] {
      const events: TaskEvent[] = [];
      const isOver = terminalStatuses.has(task.status);
      for (const attempt of task.attempts.filter(({ n }) => n > position.attempt)) {
        // The task's document may arrive before the last pages that were written before it.
        if (!hasAllPages(attempt, pages, position)) return events;
        events.push(...readAttempt(attempt, pages));
      }
      if (task.status !== status && !isOver) events.push({ id: id(), event: "task", data: toTask(task) });
      status = task.status;
      events.push(...readPages(task.attemptCount, pages));
      if (isOver) events.push({ id: id(), event: "done", data: toTask(task) });
      return events;
    },
  };
}

/** The pages of an attempt that come next, without a gap, in order. */
function pagesOf(attempt: number, pages: Pages, position: Position): OutputPage[] {
  if (attempt <= position.attempt) return [];
  const found: OutputPage[] = [];
  for (let page = nextPage(attempt, position); ; page++) {
    const next = pages.get(pageId(attempt, page));
    if (!next) return found;
    found.push(next);
  }
}

function nextPage(attempt: number, { page }: Position): number {
  const [lastAttempt, lastPage] = page.split("-").map(Number);
  return lastAttempt === attempt && lastPage !== undefined ? lastPage + 1 : 0;
}

function hasAllPages(
  { n, outputPages = 0 }: Attempt,
  pages: Map<string, OutputPage>,
  position: Position,
): boolean {
  return nextPage(n, position) + pagesOf(n, pages, position).length >= outputPages;
}

type Inbox = {
  /** Resolves when something has changed since the last call, without a task once closed; rejects when listening failed. */
  next(): Promise<{ task: TaskDocument | undefined; pages: Pages }>;
  /** Stops listening. May be called twice. */
  close(): void;
};

/** Gathers what two listeners see, for one reader. */
function createInbox(documents: Platform["documents"], taskId: string, start: Position): Inbox {
  const pages: Pages = new Map();
  let task: TaskDocument | undefined;
  let changed = Promise.withResolvers<void>();
  const fail = (error: Error) => changed.reject(error);
  const stopTask = documents.listen<TaskDocument>(
    taskPath(taskId),
    (changes) => {
      const last = changes.at(-1);
      task = last?.kind === "removed" ? undefined : last?.snapshot.data;
      changed.resolve();
    },
    fail,
  );
  const stopPages = documents.listen<OutputPage>(
    {
      collection: outputCollection(taskId),
      ...(start.page && { startAfter: { values: [], id: start.page } }),
    },
    (changes) => {
      for (const { kind, snapshot } of changes) if (kind === "added") pages.set(snapshot.id, snapshot.data);
      if (task) changed.resolve();
    },
    fail,
  );
  return {
    async next() {
      await changed.promise;
      changed = Promise.withResolvers<void>();
      // The reader may be slow or gone: a failure that comes meanwhile is reported at the next call.
      changed.promise.catch(() => undefined);
      return { task, pages };
    },
    close() {
      stopTask();
      stopPages();
      task = undefined;
      changed.resolve();
    },
  };
}
