import { sleep } from "../core/clock.ts";
import { toErrorField } from "../core/log.ts";
import type { Wake } from "../platform/wakes.ts";
import { type Claim, claimTasks } from "../queue/claim-tasks.ts";
import { ensureWake } from "../queue/ensure-wake.ts";
import { promoteDue } from "../queue/promote-due.ts";
import { type RunDeps, runClaimed } from "./run-claimed.ts";
import type { TaskDocument } from "./task-document.ts";
import { toStatusEvent } from "./to-event.ts";
import type { AbortReason } from "./to-outcome.ts";

/** The most tasks one claim takes. */
const largestClaim = 100;
/** How long one wake's handler goes on claiming for a queue with a concurrency limit. */
const longestShiftMs = 60_000;

export type Runner = {
  /** Does what a wake asks: promotes what is due, claims what it may and runs it. Resolves when that is settled. */
  handleWake(wake: Wake): Promise<void>;
  /**
   * Claims the task now if it is the head of its line and a permit is free, and runs it behind. Otherwise a worker is woken.
   * Resolves once that is decided.
   */
  startNow(task: { id: string; queue: string }): Promise<void>;
  /** Aborts the call of a task this process is running, if it is. */
  abort(taskId: string): void;
  /** Claims nothing more, gives running calls `graceMs` to end, then hands the rest back to the line. */
  drain(graceMs: number): Promise<void>;
};

/** The part of a process that claims and runs tasks. It runs at most `capacity` at a time. */
export function createRunner(deps: RunDeps, capacity = 200): Runner {
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  /** Per queue with a concurrency limit: ended here, not yet taken off the queue's document. */
  const ended = new Map<string, Set<string>>();
  /** Queues this process would have claimed from, had it had room. */
  const waiting = new Set<string>();
  let draining = false;

  async function claim(queueId: string, only?: string): Promise<Claim> {
    const provider = deps.config.providers[queueId];
    const atMost = Math.min(largestClaim, capacity - running.size);
    if (!provider || draining) return { claimed: [] };
    if (atMost < 1) {
      waiting.add(queueId);
      return { claimed: [] };
    }
    const { limits, timeouts } = provider;
    const queue = { id: queueId, limits };
    const reported = [...(ended.get(queueId) ?? [])];
    const request = {
      queue,
      atMost,
      ended: reported,
      longestCallMs: timeouts.totalMs,
      ...(only && { only }),
    };
    const claim = await claimTasks(deps, request);
    await Promise.all((claim.expired ?? []).map(announceEnd));
    if (claim.committed) for (const id of reported) ended.get(queueId)?.delete(id);
    return claim;
  }

  async function announceEnd(task: TaskDocument): Promise<void> {
    const event = toStatusEvent(task, deps.clock.now());
    if (event) await deps.events.publish(event);
  }

  function start(queueId: string, claimed: Claim["claimed"][number]): Promise<void> {
    const controller = new AbortController();
    const taskId = claimed.task.id;
    const done = runClaimed(deps, claimed, controller)
      .catch((error) => deps.log.error("a claim was left to its lease", { taskId, ...toErrorField(error) }))
      .finally(() => finish(queueId, taskId));
    running.set(taskId, { controller, done });
    return done;
  }

  function finish(queueId: string, taskId: string): void {
    running.delete(taskId);
    if (deps.config.providers[queueId]?.limits.concurrency) {
      ended.set(queueId, (ended.get(queueId) ?? new Set()).add(taskId));
    }
    for (const queue of waiting) wakeBehind(queue);
    waiting.clear();
  }

  /** Nobody waits for this wake: one that fails is the sweep's to replace. */
  function wakeBehind(queue: string): void {
    ensureWake(deps, { queue, reason: "ready" }).catch((error) =>
      deps.log.warn("wake failed", { queue, ...toErrorField(error) }),
    );
  }

  async function work(queueId: string, until: number): Promise<void> {
    const { claimed, lookAgainAt } = await claim(queueId);
    if (lookAgainAt !== undefined && !draining) {
      await ensureWake(deps, { queue: queueId, reason: "ready" }, lookAgainAt);
    }
    await Promise.all(
      claimed.map(async (one) => {
        await start(queueId, one);
        if (!ended.has(queueId) || draining) return;
        // A place has become free that only this process knows of: it claims the next task for it itself.
        if (deps.clock.now() < until) await work(queueId, until);
        else await ensureWake(deps, { queue: queueId, reason: "ready" });
      }),
    );
  }

  return {
    async handleWake({ queue, reason }) {
      if (reason === "due") await promoteDue(deps, queue);
      await work(queue, deps.clock.now() + longestShiftMs);
    },
    async startNow(task) {
      const { claimed } = await claim(task.queue, task.id);
      const [head] = claimed;
      if (!head) return ensureWake(deps, { queue: task.queue, reason: "ready" });
      void start(task.queue, head).then(() => (ended.has(task.queue) ? wakeBehind(task.queue) : undefined));
    },
    abort(taskId) {
      running.get(taskId)?.controller.abort("cancelled" satisfies AbortReason);
    },
    async drain(graceMs) {
      draining = true;
      const all = () => Promise.all([...running.values()].map(({ done }) => done));
      await Promise.race([all(), sleep(deps.clock, graceMs)]);
      for (const { controller } of running.values()) controller.abort("shutdown" satisfies AbortReason);
      await all();
    },
  };
}
