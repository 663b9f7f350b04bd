import type { ConeaConfig } from "../config/conea-config.ts";
import { sleep } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { inQueue } from "./count-waiting.ts";
import { drainMs } from "./estimate-start.ts";
import { findQueue } from "./find-queue.ts";
import { readGuard } from "./line-gate.ts";

/** How long a count is believed, and how long where the process itself has filled the line since. */
const believedMs = 5_000;
const doubtedMs = 1_000;
/** Strict: how often a submission that others overtake is tried, and the pause that grows with each try. */
const mostTries = 20;
const pauseMs = 20;

/** What became of a task that was to be put into a line: `overtaken` when a guard did not hold. */
export type Admitted = "added" | "not needed" | "overtaken";

/** Puts a ready task into a line, in one commit with `guards`. */
export type Add = (guards: Write[]) => Promise<Admitted>;

export type AdmitOptions = {
  /** How many tasks `add` puts into the line. */
  amount?: number;
  /** How much of the line they may fill: the rest is for others. */
  share?: number;
};

export type Backpressure = {
  /**
   * Runs `add` unless the queue's line is full, and again as long as others overtake it. Throws `queue_full` with a
   * `Retry-After`, and `unavailable` when it is overtaken for ever; then nothing was added.
   */
  admit(queueId: string, add: Add, options?: AdmitOptions): Promise<Admitted>;
};

type Deps = Pick<Platform, "documents" | "clock" | "random"> & { config: ConeaConfig; log: Log };

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
 * each submission, one after the other; a gate's document, written with each task, sees to it that nobody else was let in since.
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

  function requireRoom(queueId: string, line: Line, { amount, share }: Required<AdmitOptions>): void {
    const over = line.counted + line.accepted + amount - Math.ceil(maxReady * share);
    if (over <= 0) return;
    const believed = line.counted >= maxReady ? believedMs : doubtedMs;
    const untilCountMs = strict ? 0 : line.countedAt + believed - deps.clock.now();
    throw queueFull(
      queueId,
      maxReady,
      Math.max(drainMs(findQueue(deps.config, queueId), over), untilCountMs),
    );
  }

  async function add(line: Line, run: Add, amount: number): Promise<Admitted> {
    line.accepted += amount;
    let admitted: Admitted = "not needed";
    try {
      admitted = await run([]);
    } finally {
      if (admitted !== "added") line.accepted = Math.max(0, line.accepted - amount);
    }
    return admitted;
  }

  async function admitSoftly(queueId: string, line: Line, run: Add, options: Required<AdmitOptions>) {
    if (isCountDue(line, maxReady, deps.clock.now())) await recount(queueId, line);
    requireRoom(queueId, line, options);
    return add(line, run, options.amount);
  }

  async function admitStrictly(queueId: string, line: Line, run: Add, options: Required<AdmitOptions>) {
    const turn = line.last.then(() => admitThrough(queueId, line, run, options));
    line.last = turn.catch(() => undefined);
    return turn;
  }

  async function admitThrough(
    queueId: string,
    line: Line,
    run: Add,
    options: Required<AdmitOptions>,
  ): Promise<Admitted> {
    for (let tries = 1; tries <= mostTries; tries++) {
      const guard = await readGuard(deps.documents, queueId);
      await count(queueId, line);
      line.accepted = 0;
      requireRoom(queueId, line, options);
      const admitted = await run([guard]);
      if (admitted !== "overtaken") return admitted;
      await sleep(deps.clock, deps.random() * tries * pauseMs);
    }
    throw new ConeaError("unavailable", "Too many are submitting to this queue right now; try again.", {
      headers: { "Retry-After": "1" },
    });
  }

  return {
    admit(queueId, run, { amount = 1, share = 1 } = {}) {
      const line = lineOf(queueId);
      const options = { amount, share };
      return strict ? admitStrictly(queueId, line, run, options) : admitSoftly(queueId, line, run, options);
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
