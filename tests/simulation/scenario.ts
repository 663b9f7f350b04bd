import type { FaultKind, FaultPlan } from "./faults.ts";

/** One queue and the provider behind it. */
export type QueuePlan = {
  id: string;
  limits: { requests?: string[]; concurrency?: number; tokens?: string };
  totalMs: number;
  /** How long a streamed call may say nothing, at its beginning and later. */
  stalls?: { firstTokenMs: number; idleMs: number };
  /** How long a call takes that nothing happens to. */
  callMs: readonly [least: number, most: number];
  /** The catalogue says that its model goes on from a text; `refuses`: it does not after all. */
  prefill?: "goes on" | "refuses";
  /** While these last, the provider answers nothing. */
  outages: { fromMs: number; untilMs: number }[];
};

/** One piece of work that a client brings. */
export type TaskPlan = {
  /** Unique; it is the prompt, so that the provider can be told which task it is called for. */
  label: string;
  atMs: number;
  queue: string;
  priority: number;
  stream: boolean;
  /** Who serves it, one after the other, when its own queue's provider fails. */
  fallbacks?: string[];
  /** The client names its request, and so may repeat it: `copies` times at once, and again after a failure. */
  key?: string;
  copies: number;
  notBeforeMs?: number;
  expiresInSeconds?: number;
  upload?: "present" | "missing";
  /** The client waits for the answer in the same request. */
  waitMs?: number;
  /** The client follows the task's live output. */
  follow: boolean;
  /** So long after the client knows the task, it cancels it. */
  cancelAfterMs?: number;
  /** So long after the client knows the task, it asks for a replay, whether it has ended or not. */
  replayAfterMs?: number;
  /** The replay is to go to the model of this queue. */
  replayQueue?: string;
  /** So long after the client knows the task, it changes its priority. */
  reprioritise?: { afterMs: number; priority: number };
};

/**
 * What an operator does to a queue or, other than `pause` and `reset`, to all of them. A pause lasts until a resume is
 * acknowledged. A `disaster` is not the operator's doing: every process dies and every wake is lost; after `forMs` he recovers,
 * and only then anything else comes up. `replay` replays all dead letters, under one key and more than once.
 */
export type Chore = {
  atMs: number;
  queue: string;
  what: "pause" | "reset" | "recover" | "replay" | "disaster";
  forMs: number;
};

/** Everything that decides the course of a simulation. Plain data: a smaller one is made by leaving things out. */
export type Scenario = {
  seed: number;
  name: string;
  slotMs: number;
  /** How far a clock may be off, either way. */
  skewMs: number;
  latencyMs: readonly [least: number, most: number];
  instances: { api: number; worker: number; sweeper: number; allInOne: boolean };
  breaker: { failures: number; successes: number; openMs: number; probes: number };
  retry: { attempts: number; baseMs: number; maxMs: number };
  queues: QueuePlan[];
  tasks: TaskPlan[];
  chores: Chore[];
  /** Lines are counted strictly, and no longer than this. */
  strictLine?: number;
  /** What all tasks together may cost, in micro-dollars. */
  budgetMicros?: number;
  faults: FaultPlan;
};

/** Whether nothing is to go wrong in a scenario. */
export function isFaultFree({ faults, queues }: Scenario): boolean {
  const chances = Object.values(faults.chances).every((chance) => !chance);
  return chances && faults.storms.length === 0 && queues.every(({ outages }) => outages.length === 0);
}

/** What may keep a worker from telling how its call ended, or from renewing its lease. */
const perils: readonly FaultKind[] = [
  "crash_before_call",
  "crash_after_call",
  "shutdown",
  "stall",
  "slow_there",
  "slow_back",
  "read_failed",
  "commit_failed",
  "commit_conflict",
  "commit_unknown_done",
  "commit_unknown_undone",
  "blob_failed",
];

/** Whether every worker is sure to live, and to reach the store, whatever the provider does. */
export function isSafeForWorkers({ faults, chores }: Scenario): boolean {
  return (
    chores.every(({ what }) => what !== "disaster") &&
    faults.storms.every(({ kind }) => !perils.includes(kind)) &&
    perils.every((kind) => !faults.chances[kind])
  );
}
