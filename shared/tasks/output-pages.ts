import { toTime } from "../core/clock.ts";
import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/** `tasks/{id}/output/{attempt}-{page}`: a piece of the text an attempt is writing. Written once, never changed. */
export type OutputPage = {
  tenant: string;
  createdBy: string;
  attempt: number;
  /** From 0, without gaps within an attempt. */
  page: number;
  text: string;
  at: string;
};

/** Text bytes of a page, so that the document with its other fields stays below 16 KB. */
const pageBytes = 16_000;
const firstPauseMs = 250;
const longestPauseMs = 1_000;

export type OutputPages = {
  /** Takes the next piece of text. Returns at once; writing happens behind. */
  write(text: string): void;
  /**
   * Writes what is left but for the last page. Resolves to that one, to be written with the end of the attempt, and to how many
   * there are with it, however often it is called; rejects when any could not be written.
   */
  finish(): Promise<FinishedPages>;
};

export type FinishedPages = { count: number; last?: Write };

export function outputCollection(taskId: string): string {
  return `${taskPath(taskId)}/output`;
}

/** Page ids sort as the text was written. */
export function pageId(attempt: number, page: number): string {
  return `${String(attempt).padStart(4, "0")}-${String(page).padStart(6, "0")}`;
}

/**
 * Writes a running task's text as pages: the first piece at once, then what has gathered after a pause that grows from
 * 250 ms to 1 s, or as soon as a page is full. One commit is under way at a time.
 */
export function createOutputPages(
  { documents, clock }: Pick<Platform, "documents" | "clock">,
  task: TaskDocument,
): OutputPages {
  let text = "";
  let pages = 0;
  let pauseMs = firstPauseMs;
  let cancelTimer: (() => void) | undefined;
  let writing = Promise.resolve();
  let last: Write | undefined;

  const toWrite = (piece: string): Write => {
    const page = pages++;
    const { tenant, createdBy, attemptCount: attempt } = task;
    const data: OutputPage = { tenant, createdBy, attempt, page, text: piece, at: toTime(clock.now()) };
    return { op: "create", path: `${outputCollection(task.id)}/${pageId(attempt, page)}`, data };
  };

  const flush = (pieces: string[]) => {
    if (pieces.length === 0) return;
    writing = writing.then(async () => {
      await documents.commit(pieces.map(toWrite));
    });
    // finish() reports it; without this a failure before then would count as unhandled.
    writing.catch(() => undefined);
  };

  const flushAll = () => {
    const { whole, rest } = splitSurrogate(text);
    text = rest;
    flush(toPieces(whole));
  };

  const startTimer = () => {
    cancelTimer = clock.after(pauseMs, () => {
      cancelTimer = undefined;
      pauseMs = Math.min(longestPauseMs, pauseMs * 1.25);
      if (text === "") return;
      flushAll();
      startTimer();
    });
  };

  return {
    write(piece) {
      text += piece;
      if (!cancelTimer || text.length > pageBytes) flushAll();
      if (!cancelTimer) startTimer();
    },
    async finish() {
      cancelTimer?.();
      const pieces = toPieces(text.toWellFormed());
      const end = pieces.pop();
      text = "";
      flush(pieces);
      await writing;
      if (end !== undefined) last = toWrite(end);
      return { count: pages, ...(last && { last }) };
    },
  };
}

/** A pair of surrogates is never torn: a leading half at the end waits for the other. */
function splitSurrogate(text: string): { whole: string; rest: string } {
  const last = text.charCodeAt(text.length - 1);
  const cut = last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length;
  return { whole: text.slice(0, cut).toWellFormed(), rest: text.slice(cut) };
}

/** The text in pieces of at most `pageBytes` bytes, cut between characters. */
function toPieces(text: string): string[] {
  if (text === "") return [];
  if (text.length <= pageBytes / 3) return [text];
  const bytes = Buffer.from(text);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + pageBytes, bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    pieces.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return pieces;
}
