import type { BreakerEvent, TaskEvent } from "../../shared/api/events.ts";
import type { BreakerState } from "../../shared/queue/breaker.ts";
import type { TaskDocument } from "../../shared/tasks/task-document.ts";

/** One document that a commit changed. `before` is absent for a new one. */
export type TaskChange = {
  before: TaskDocument | undefined;
  after: TaskDocument | undefined;
  id: string;
  /** A claim of a task that it kept itself. */
  isNewcomer?: true;
};

/** A breaker that a commit opened, closed or let be tried. */
export type BreakerMove = { queue: string; before: BreakerState["state"]; after: BreakerState["state"] };

/** A waiting task as the line showed it. */
export type InLine = { id: string; priority: number; sequence: number };

/** How a call came to its end, as the vendor saw it. */
export type CallEnd = "answered" | "failed" | "aborted" | "cut off";

/** What the end of a call says of its provider. */
export type Health = "good" | "bad" | "unknown";

/**
 * What happened, in order, in global milliseconds since the start. `by` is the instance. A `label` is the client's own
 * name of a piece of work; `taskId` is known once it was stored.
 */
export type Entry = { at: number } & (
  | { kind: "asked"; what: string; label: string; by: string }
  | { kind: "submitted"; label: string; taskId: string; by: string }
  | { kind: "refused"; what: string; label: string; by: string; error: string }
  | { kind: "cancelled"; taskId: string; by: string }
  | { kind: "replayed"; taskId: string; epoch: number; by: string }
  | { kind: "waited"; taskId: string; by: string; status: string }
  | { kind: "followed"; taskId: string; by: string; text: string; status: string }
  | { kind: "line"; queue: string; by: string; ready: InLine[] }
  | { kind: "queueRead"; queue: string; by: string; updateTime: string }
  | { kind: "committed"; by: string; tasks: TaskChange[]; queues: string[]; breakers: BreakerMove[] }
  | { kind: "allowance"; id: string; total: number; limit: number; by: string }
  | { kind: "callStarted"; call: number; label: string; queue: string; by: string }
  | {
      kind: "callEnded";
      call: number;
      label: string;
      queue: string;
      end: CallEnd;
      health: Health;
      tokens: number;
      retryAfterMs?: number;
    }
  | { kind: "published"; event: TaskEvent; by: string }
  | { kind: "delivered"; event: TaskEvent }
  | { kind: "breakerPublished"; event: BreakerEvent; by: string }
  | { kind: "breakerDelivered"; event: BreakerEvent }
  | { kind: "woken"; queue: string; reason: string; by: string }
  | { kind: "swept"; by: string }
  | { kind: "born"; by: string; offsetMs: number }
  | { kind: "died"; by: string; why: string }
  | { kind: "stalled"; by: string; forMs: number }
  | { kind: "chore"; what: string; how: "asked" | "done" | "refused"; queue: string; by: string }
  | { kind: "unhandled"; error: string }
  | { kind: "noted"; what: string; by: string }
);

export type EntryOf<K extends Entry["kind"]> = Extract<Entry, { kind: K }>;

/** An entry without its time, which is the moment it is recorded. */
export type Happened = Entry extends infer E ? (E extends Entry ? Omit<E, "at"> : never) : never;

export type History = {
  entries: Entry[];
  record(entry: Happened): void;
};

export function createHistory(now: () => number): History {
  const entries: Entry[] = [];
  return {
    entries,
    record(entry) {
      entries.push({ ...entry, at: now() } as Entry);
    },
  };
}

/** The entries of one kind, in order. */
export function entriesOf<K extends Entry["kind"]>(entries: readonly Entry[], kind: K): EntryOf<K>[] {
  return entries.filter((entry): entry is EntryOf<K> => entry.kind === kind);
}
