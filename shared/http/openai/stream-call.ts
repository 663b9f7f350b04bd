import { setImmediate as nextTurn } from "node:timers/promises";
import type { SubmitTask } from "../../api/task.ts";
import { terminalStatuses } from "../../api/task-type.ts";
import { toReplayPieces } from "../../cache/to-replay-pieces.ts";
import type { Clock } from "../../core/clock.ts";
import { createAligner } from "./create-aligner.ts";
import { type Caller, type DoorDeps, isEnd, type OpenedCall, openCall, toHeaders } from "./open-call.ts";
import { readResult } from "./read-result.ts";
import { toInterruption } from "./task-failure.ts";
import type { WatchedTask } from "./watch-task.ts";

/** What a stream consists of: pieces of text, then the task that has succeeded. All text has come by then. */
export type StreamPiece = { kind: "text"; text: string } | { kind: "end"; task: WatchedTask };

type StreamPieces = AsyncGenerator<StreamPiece, void, undefined>;

export type StreamedCall = {
  /** The task as it was when the stream began: its model is the one that serves it. */
  task: WatchedTask;
  headers: Record<string, string>;
  /** Throws `TaskFailure` when the stream cannot be completed: then nothing may call it complete. */
  pieces: AsyncIterableIterator<StreamPiece, void, undefined>;
  /** Whether the task is known to have ended: nothing comes after that. */
  hasEnded(): boolean;
  /** The caller has gone. */
  leave(): void;
};

/** For so long an answer's head waits for its first piece, so that a failure before it still has its own status. */
const headWaitMs = 30_000;

/**
 * Runs a streamed call of text. Resolves with its first piece or its end, or after 30 s without either; rejects with what
 * failed before. `mayJoin`: text of two attempts may be joined where they overlap.
 */
export async function streamCall(
  deps: DoorDeps,
  caller: Caller,
  submitted: SubmitTask,
  { mayJoin }: { mayJoin: boolean },
): Promise<StreamedCall> {
  const call = await openCall(deps, caller, submitted);
  const latest = { task: call.task };
  const pieces = readPieces(deps, call, latest, mayJoin);
  const first = pieces.next();
  await within(deps.clock, headWaitMs, first);
  return {
    task: latest.task,
    headers: toHeaders(deps, call, latest.task),
    pieces: startingWith(first, pieces),
    hasEnded: () => terminalStatuses.has(latest.task.status),
    leave: call.leave,
  };
}

/** What was asked for already, then the rest. A generator around another would wait for each piece twice. */
function startingWith(
  first: ReturnType<StreamPieces["next"]>,
  pieces: StreamPieces,
): AsyncIterableIterator<StreamPiece, void, undefined> {
  let asked: typeof first | undefined = first;
  return {
    next() {
      const next = asked ?? pieces.next();
      asked = undefined;
      return next;
    },
    return: () => pieces.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* readPieces(
  deps: DoorDeps,
  call: OpenedCall,
  latest: { task: WatchedTask },
  mayJoin: boolean,
): StreamPieces {
  const aligner = createAligner({ mayJoin });
  try {
    while (true) {
      const event = await call.next();
      if (event.kind === "task") latest.task = event.task;
      const text = event.kind === "text" ? aligner.add(event.attempt, event.text) : "";
      if (text) {
        yield { kind: "text", text };
        // What a provider sends at once comes here piece by piece: the next look finds all of it.
        await nextTurn();
      }
      if (!isEnd(deps, call, event, latest.task)) continue;
      const { text: whole } = await readResult<"chat" | "completion">(deps, latest.task);
      const rest = aligner.finish(whole);
      if (rest === undefined) throw toInterruption(latest.task, toHeaders(deps, call, latest.task));
      for (const piece of toReplayPieces(rest)) yield { kind: "text", text: piece };
      yield { kind: "end", task: latest.task };
      return;
    }
  } finally {
    call.close();
  }
}

/** Waits for a promise, but no longer than `ms`. Rejects as it does. */
async function within(clock: Clock, ms: number, promise: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const cancelTimer = clock.after(ms, resolve);
  await Promise.race([promise, late]).finally(cancelTimer);
}
