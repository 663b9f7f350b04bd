import type { ConeaConfig } from "../config/conea-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { inQueue } from "./count-waiting.ts";
import { drainMs } from "./estimate-start.ts";
import { findQueue } from "./find-queue.ts";

/** How long a count is believed, and how long where the process itself has filled the line since. */
const believedMs = 5_000;
const doubtedMs = 1_000;

export type Backpressure = {
  /**
   * Runs `add`, which puts a ready task into the queue's line and says whether it did, unless the line is full. Throws
   * `queue_full` with a `Retry-After`, and then `add` was not called.
   */
  admit(queueId: string, add: () => Promise<boolean>): Promise<boolean>;
};

type Deps = Pick<Platform, "documents" | "clock"> & { config: ConeaConfig; log: Log };

/** What a process knows of a line. One that it has not counted yet it takes for empty. */
type Line = {
  counted: number;
  countedAt: number;
  /** By this process, since. */
  accepted: number;
  counting?: Promise<void>;
  /** Strict: the last submission under way. */
  last: Promise<unknown>;
};

/**
 * Keeps lines below `queue.maxReady`. Soft: by a count that is believed for five seconds, and not made at all while the
 * process has accepted less than a hundredth of `maxReady` since the last one and knew the line to be less than half full;
 * so a line may outgrow its limit by a hundredth for each process, and a short line costs no reads. Strict: by a count at
 * each submission, one after the other within a process; two processes may still let in one each at the same moment.
 */
export function createBackpressure(deps: Deps): Backpressure {
  const { maxReady, strict } = deps.config.queue;
  const lines = new Map<string, Line>();

  function lineOf(queueId: string): Line {
    const line = lines.get(queueId) ?? newLine();
    lines.set(queueId, line);
    return line;
  }

  /** Twice the limit is as far as a count looks: it costs a read for each thousand. */
  async function count(queueId: string, line: Line): Promise<void> {
    const acceptedBefore = line.accepted;
    line.counted = await deps.documents.count({ ...inQueue(queueId, "ready"), limit: 2 * maxReady });
    line.countedAt = deps.clock.now();
    line.accepted -= acceptedBefore;
  }

  async function recount(queueId: string, line: Line): Promise<void> {
    line.counting ??= count(queueId, line).finally(() => delete line.counting);
    // Refusing what could be kept would be the worse fault: what is known already decides.
    await line.counting.catch((error) =>
      deps.log.warn("a line could not be counted", { queue: queueId, ...toErrorField(error) }),
    );
  }

  function requireRoom(queueId: string, line: Line): void {
    const over = line.counted + line.accepted - maxReady + 1;
    if (over <= 0) return;
    const believed = line.counted >= maxReady ? believedMs : doubtedMs;
    const untilCountMs = strict ? 0 : line.countedAt + believed - deps.clock.now();
    throw queueFull(
      queueId,
      maxReady,
      Math.max(drainMs(findQueue(deps.config, queueId), over), untilCountMs),
    );
  }

  async function add(line: Line, run: () => Promise<boolean>): Promise<boolean> {
    line.accepted += 1;
    let added = false;
    try {
      added = await run();
    } finally {
      if (!added) line.accepted = Math.max(0, line.accepted - 1);
    }
    return added;
  }

  async function admitSoftly(queueId: string, line: Line, run: () => Promise<boolean>): Promise<boolean> {
    if (isCountDue(line, maxReady, deps.clock.now())) await recount(queueId, line);
    requireRoom(queueId, line);
    return add(line, run);
  }

  async function admitStrictly(queueId: string, line: Line, run: () => Promise<boolean>): Promise<boolean> {
    const turn = line.last.then(async () => {
      await count(queueId, line);
      line.accepted = 0;
      requireRoom(queueId, line);
      return run();
    });
    line.last = turn.catch(() => undefined);
    return turn;
  }

  return {
    admit(queueId, run) {
      const line = lineOf(queueId);
      return strict ? admitStrictly(queueId, line, run) : admitSoftly(queueId, line, run);
    },
  };
}

function newLine(): Line {
  return { counted: 0, countedAt: Number.NEGATIVE_INFINITY, accepted: 0, last: Promise.resolve() };
}

function isCountDue({ counted, countedAt, accepted }: Line, maxReady: number, now: number): boolean {
  const known = counted + accepted;
  const seemsFull = known >= maxReady && counted < maxReady;
  if (seemsFull) return now - countedAt >= doubtedMs;
  const isLong = known >= maxReady / 2 || accepted >= maxReady / 100;
  return isLong && now - countedAt >= believedMs;
}

function queueFull(queueId: string, maxReady: number, waitMs: number): ConeaError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new ConeaError(
    "queue_full",
    `The line of queue ${queueId} is full (${maxReady} tasks wait); try again in ${seconds} s.`,
    { headers: { "Retry-After": String(seconds) } },
  );
}
