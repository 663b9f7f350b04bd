import type { Attempt, Task } from "../api/task.ts";
import { terminalStatuses } from "../api/task-type.ts";
import { toReplayed } from "../cache/to-replayed.ts";
import type { Platform } from "../platform/platform.ts";
import type { LiveOutput } from "./live-output.ts";
import { type OutputPage, outputCollection, pageId } from "./output-pages.ts";
import { type TaskDocument, taskPath, toTask } from "./task-document.ts";

/** What a follower of a task is told, in order. `done` is the last. */
export type TaskEvent = { id: string } & (
  | { event: "task"; data: Task }
  | { event: "delta"; data: { attempt: number; page: number; text: string } }
  | { event: "attempt"; data: Attempt }
  | { event: "done"; data: Task }
);

/** So much of an attempt's text that follows the last page was given before its page was there. */
type Ahead = { attempt: number; chars: number };

/** How far a follower has come: the last attempt it was told of as ended, the last page it was given, and what beyond. */
type Position = { attempt: number; page: string; ahead?: Ahead };

const positionPattern = /^(\d{1,9})\.(\d{4,9}-\d{6,9})?(?:~(\d{1,9})\.(\d{1,9}))?$/;

/** Reads the id of an event; what is not one counts as the beginning. */
export function toPosition(eventId: string | null): Position {
  const [, attempt = "0", page = "", aheadOf, chars] = positionPattern.exec(eventId ?? "") ?? [];
  const ahead = aheadOf && chars ? { attempt: Number(aheadOf), chars: Number(chars) } : undefined;
  return { attempt: Number(attempt), page, ...(ahead && { ahead }) };
}

function toEventId({ attempt, page, ahead }: Position): string {
  return `${attempt}.${page}${ahead && ahead.chars > 0 ? `~${ahead.attempt}.${ahead.chars}` : ""}`;
}

/**
 * Follows a task from a position to its end: first `task`, and again when its status changes; a `delta` for each piece of
 * live text; an `attempt` after the last piece of each attempt; `done`. What this process itself runs is followed by
 * `live`, before its pages are written. Ends early when `signal` aborts or the task disappears.
 */
export async function* followTask(
  { documents, live }: Pick<Platform, "documents"> & { live?: LiveOutput },
  taskId: string,
  { start, signal }: { start: Position; signal: AbortSignal },
): AsyncGenerator<TaskEvent, void, undefined> {
  const inbox = createInbox(documents, taskId, start);
  const stopLive = live?.subscribe(taskId, inbox.look);
  signal.addEventListener("abort", inbox.close, { once: true });
  if (signal.aborted) inbox.close();
  const reader = createReader(start);
  try {
    while (true) {
      const { task, pages } = await inbox.next();
      if (!task) return;
      for (const event of reader.read(task, pages, live?.textOf(taskId, task.attemptCount))) {
        yield event;
        if (event.event === "done") return;
      }
    }
  } finally {
    stopLive?.();
    inbox.close();
  }
}

type Pages = Map<string, OutputPage>;

/** Turns each state of a task, its pages and its live text into the events that a follower has not had. */
function createReader(start: Position) {
  let position = start;
  let status: string | undefined;
  /** How much of an attempt's text stood in the pages that were read: unknown where earlier ones were not. */
  let paged = { attempt: 0, chars: 0 };
  const id = () => toEventId(position);

  function begin(attempt: number): void {
    if (paged.attempt === attempt) return;
    const isBegun = nextPage(attempt, start) > 0;
    paged = { attempt, chars: isBegun ? Number.NaN : 0 };
    if (position.ahead?.attempt !== attempt) position = { attempt: position.attempt, page: position.page };
  }

  function toDelta(attempt: number, page: number, text: string): TaskEvent[] {
    return text === "" ? [] : [{ id: id(), event: "delta", data: { attempt, page, text } }];
  }

  function readPage({ attempt, page, text }: OutputPage): TaskEvent[] {
    const ahead = position.ahead?.chars ?? 0;
    position = { attempt: position.attempt, page: pageId(attempt, page) };
    if (ahead > text.length) position.ahead = { attempt, chars: ahead - text.length };
    paged.chars += text.length;
    return toDelta(attempt, page, text.slice(ahead));
  }

  function readPages(attempt: number, pages: Pages): TaskEvent[] {
    if (attempt <= position.attempt) return [];
    begin(attempt);
    const found = pagesOf(attempt, pages, position);
    for (const { page } of found) pages.delete(pageId(attempt, page));
    return found.flatMap(readPage);
  }

  /** What is known here of a text before its pages are there. Half a character waits for its other half. */
  function readLive(attempt: number, text: string | undefined): TaskEvent[] {
    if (text === undefined || attempt <= position.attempt) return [];
    begin(attempt);
    const told = paged.chars + (position.ahead?.chars ?? 0);
    const whole = /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
    // Where it is not known how much was told, the pages tell the rest.
    if (!(whole.length > told)) return [];
    position = { ...position, ahead: { attempt, chars: whole.length - paged.chars } };
    return toDelta(attempt, nextPage(attempt, position), whole.slice(told).toWellFormed());
  }

  function readAttempt(attempt: Attempt, pages: Pages): TaskEvent[] {
    const deltas = readPages(attempt.n, pages);
    position = { attempt: attempt.n, page: position.page };
    return [...deltas, { id: id(), event: "attempt", data: attempt }];
  }

  /** What the cache answered has no pages: it is shown as the first attempt's would be. */
  function readReplayed(task: TaskDocument): TaskEvent[] {
    const { tenant, createdBy, createdAt: at } = task;
    const pages = toReplayed(task).map((text, page): [string, OutputPage] => [
      pageId(1, page),
      { tenant, createdBy, attempt: 1, page, text, at },
    ]);
    return pages.length > 0 ? readPages(1, new Map(pages)) : [];
  }

  return {
    read(task: TaskDocument, pages: Pages, live: string | undefined): TaskEvent[] {
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
      if (task.status === "running") events.push(...readLive(task.attemptCount, live));
      if (isOver) events.push(...readReplayed(task));
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
  /** Something has changed elsewhere: the reader should look again. */
  look(): void;
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
    look() {
      if (task) changed.resolve();
    },
    close() {
      stopTask();
      stopPages();
      task = undefined;
      changed.resolve();
    },
  };
}
