import type { TaskDocument } from "../../shared/tasks/task-document.ts";
import { type CallEnd, type Entry, entriesOf, type Health } from "./history.ts";
import type { Run } from "./run-simulation.ts";

/** A state that a commit gave to a task. */
export type StateChange = {
  at: number;
  by: string;
  id: string;
  before: TaskDocument | undefined;
  after: TaskDocument;
};

/** A call as the vendor saw it. `endAt` is `Infinity` for one that nothing has ended. */
export type CallSpan = {
  call: number;
  label: string;
  taskId: string;
  queue: string;
  by: string;
  startAt: number;
  endAt: number;
  end?: CallEnd;
  health?: Health;
  /** What it used, where it was answered. */
  tokens: number;
  retryAfterMs?: number;
};

/** A claim that took effect, until its task had left it and no call of it was left. */
export type Claim = { at: number; endAt: number; taskId: string; queue: string; by: string };

/** A run with its history put in the order that its checks ask for. */
export type Evidence = Run & {
  /** All states of each task, in order. */
  changes: Map<string, StateChange[]>;
  /** Tasks that were created for a label. */
  tasksOf: Map<string, string[]>;
  /** In order of their starts. */
  calls: CallSpan[];
  /** In order. */
  claims: Claim[];
};

export function gatherEvidence(run: Run): Evidence {
  const changes = groupChanges(run.entries);
  const tasksOf = Map.groupBy(changes.keys(), (id) => labelOf(changes.get(id)?.[0]?.after));
  const calls = pairCalls(run.entries, tasksOf);
  return { ...run, changes, tasksOf, calls, claims: findClaims(changes, calls) };
}

function findClaims(changes: Map<string, StateChange[]>, calls: CallSpan[]): Claim[] {
  const claims = [...changes.values()].flatMap((own) => {
    const begun = own.filter(({ before, after }) => before?.status === "ready" && after.status === "running");
    return begun.map((claim, index) => toClaim(claim, own, calls, begun[index + 1]?.at));
  });
  return claims.toSorted((a, b) => a.at - b.at);
}

/** A call may start after its task has been cancelled, until the permit has run out: it is the claim's nevertheless. */
function toClaim(
  { at, by, id, after }: StateChange,
  own: StateChange[],
  calls: CallSpan[],
  nextAt = Number.POSITIVE_INFINITY,
): Claim {
  const leftAt = own.find((later) => later.at > at && later.after.status !== "running")?.at;
  const call = calls.find(({ taskId, startAt }) => taskId === id && startAt >= at && startAt < nextAt);
  const endAt = Math.max(leftAt ?? Number.POSITIVE_INFINITY, call?.endAt ?? 0);
  return { at, endAt, taskId: id, queue: after.queue, by };
}

function groupChanges(entries: Entry[]): Map<string, StateChange[]> {
  const changes = new Map<string, StateChange[]>();
  for (const { at, by, tasks } of entriesOf(entries, "committed")) {
    for (const { id, before, after } of tasks) {
      if (!after) continue;
      const known = changes.get(id) ?? [];
      known.push({ at, by, id, before, after });
      changes.set(id, known);
    }
  }
  return changes;
}

function pairCalls(entries: Entry[], tasksOf: Map<string, string[]>): CallSpan[] {
  const calls = new Map<number, CallSpan>();
  for (const entry of entries) {
    if (entry.kind === "callStarted") {
      const { call, label, queue, by, at } = entry;
      const taskId = tasksOf.get(label)?.[0] ?? "";
      calls.set(call, {
        call,
        label,
        taskId,
        queue,
        by,
        startAt: at,
        endAt: Number.POSITIVE_INFINITY,
        tokens: 0,
      });
    }
    if (entry.kind !== "callEnded") continue;
    const span = calls.get(entry.call);
    if (!span) continue;
    span.endAt = entry.at;
    span.end = entry.end;
    span.health = entry.health;
    span.tokens = entry.tokens;
    if (entry.retryAfterMs !== undefined) span.retryAfterMs = entry.retryAfterMs;
  }
  return [...calls.values()];
}

/** The client's own name of a task: its prompt. */
export function labelOf(task: TaskDocument | undefined): string {
  const input = task?.input as { messages?: { content: unknown }[] } | undefined;
  return labelOfContent(input?.messages?.[0]?.content);
}

/** The text of a prompt, with or without an image beside it. */
export function labelOfContent(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = Array.isArray(content) ? content : [];
  return String(parts.find((part) => part?.type === "text")?.text ?? "");
}
