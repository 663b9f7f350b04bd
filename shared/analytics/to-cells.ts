import type { EventAttempt, TaskEvent, TaskEventType } from "../api/events.ts";
import type { Usage } from "../api/task.ts";
import { fromTime } from "../core/clock.ts";
import type { Cell, Counts, Latency } from "./cell.ts";
import { toBucket } from "./latency-buckets.ts";

type Told = TaskEvent["task"];

const countOf: Partial<Record<TaskEventType, string>> = {
  "task.accepted": "accepted",
  "task.succeeded": "succeeded",
  "task.failed": "failed",
  "task.dead": "dead",
  "task.cancelled": "cancelled",
  "task.expired": "expired",
};

/** Whether an event adds anything. */
export function isCounted({ type, task }: TaskEvent): boolean {
  return countOf[type] !== undefined || (task.attempts ?? []).length > 0;
}

/**
 * What an event adds, and to which cells: a task to the cell of the provider and model that it is at, each attempt to that
 * of its own. Pure, and the same for an event that is published again: what a later state of the task could change of an
 * event is not counted. Nothing for an event that tells of no ending, acceptance or attempt.
 */
export function toCells(event: TaskEvent): Cell[] {
  const { queue, model, attempts = [] } = event.task;
  const cells: Cell[] = [];
  const ofTask = toTaskCounts(event);
  if (ofTask) cells.push(toCell(event, queue, model, ofTask));
  for (const attempt of attempts)
    cells.push(toCell(event, attempt.provider, attempt.model, toAttemptCounts(event.task, attempt)));
  return cells;
}

function toCell(
  { tenant, task }: TaskEvent,
  provider: string,
  model: string | undefined,
  counts: Counts,
): Cell {
  const { createdBy: user, keyId: key, type } = task;
  const cell: Cell = { tenant, user, provider, type, counts };
  if (key) cell.key = key;
  if (model) cell.model = model;
  return cell;
}

function toTaskCounts(event: TaskEvent): Counts | undefined {
  const { task, time } = event;
  const name = countOf[event.type];
  if (name === undefined) return undefined;
  const counts: Counts = { [name]: 1 };
  if (name === "accepted") return counts;
  addLatency(counts, "totalMs", task.acceptedAt ?? task.createdAt, time);
  if (name === "succeeded") addSuccess(counts, event);
  return counts;
}

/** A task that has succeeded is never run again: what is told of its end stays as it is. */
function addSuccess(counts: Counts, { task, time }: TaskEvent): void {
  const { cache, savedMicros = 0, startedAt } = task;
  if (startedAt !== undefined) addLatency(counts, "processingMs", startedAt, time);
  if (cache === "hit") counts.cacheHits = 1;
  if (cache === "partial") counts.cachePartial = 1;
  if (savedMicros > 0) counts.savedMicros = savedMicros;
}

function toAttemptCounts({ createdAt }: Told, attempt: EventAttempt): Counts {
  const { n, startedAt, endedAt, outcome, firstTokenMs, errorCode, usage, costMicros, cached } = attempt;
  // The cache answered in time: nothing was called.
  if (cached) return { "attempts.cached": 1 };
  const counts: Counts = { [`attempts.${outcome}`]: 1 };
  if (n === 1) addLatency(counts, "queueWaitMs", createdAt, startedAt);
  if (outcome === "succeeded") addLatency(counts, "attemptMs", startedAt, endedAt);
  if (firstTokenMs !== undefined) addDuration(counts, "firstTokenMs", firstTokenMs);
  if (errorCode !== undefined) counts[`errors.${errorCode}`] = 1;
  if (usage) addUsage(counts, usage);
  if (costMicros !== undefined) counts.costMicros = costMicros;
  else if (usage) counts.unknownCosts = 1;
  return counts;
}

function addUsage(counts: Counts, usage: Usage): void {
  for (const [name, amount] of Object.entries(usage)) {
    if (amount === 0) continue;
    // Parts of a second do not add up the same in every order; whole milliseconds do.
    if (name === "seconds") counts["tokens.milliseconds"] = Math.round(amount * 1_000);
    else counts[`tokens.${name}`] = amount;
  }
}

function addLatency(counts: Counts, latency: Latency, from: string | undefined, to: string): void {
  if (from !== undefined) addDuration(counts, latency, fromTime(to) - fromTime(from));
}

/** A clock that was set back makes no negative latency. */
function addDuration(counts: Counts, latency: Latency, ms: number): void {
  const duration = Math.max(0, Math.round(ms));
  counts[`${latency}.${toBucket(duration)}`] = 1;
  counts[`${latency}.sum`] = duration;
}
