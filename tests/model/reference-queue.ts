import { type TaskStatus, terminalStatuses } from "../../shared/api/task-type.ts";
import type { Kind, Outcome } from "./steps.ts";

/** A task as its callers must see it. */
export type ModelTask = {
  /** As the interface answered. */
  id: string;
  /** Tells the provider which task a call is of. */
  text: string;
  tenant: string;
  user: string;
  kind: Kind;
  status: TaskStatus;
  priority: number;
  entity: string | undefined;
  /** Place in the line, and in lists. */
  order: number;
  deleted: boolean;
  attemptsUsed: number;
  /** Seconds since the beginning. */
  notBefore?: number | undefined;
  expiresAt?: number | undefined;
};

/** What the test's configuration says. */
export const places = 2;
export const attempts = 2;
/** The backoff is half of a minute, whatever the attempt: the dice always show a half, and a minute is the most. */
const backoffSeconds = 30;

const outcomes: Record<Exclude<Kind, "hold">, Outcome> = {
  ok: "success",
  refuse: "refusal",
  overload: "overloaded",
};

/** One provider's line: what starts when, and what becomes of it. Times are seconds since the beginning. */
export function createReferenceQueue() {
  const tasks: ModelTask[] = [];
  let now = 0;
  let isPaused = false;
  let order = 0;
  /** The last date that came. */
  let lastDate = -1;

  function start(task: ModelTask): void {
    if (task.expiresAt !== undefined && task.expiresAt <= now) task.status = "expired";
    else if (task.kind === "hold") task.status = "running";
    else end(task, outcomes[task.kind]);
  }

  function end(task: ModelTask, outcome: Outcome): void {
    if (outcome === "overloaded") task.attemptsUsed += 1;
    const isLast = task.attemptsUsed >= attempts;
    if (outcome === "success") task.status = "succeeded";
    else if (outcome === "refusal") task.status = "failed";
    else if (outcome === "overloaded" && isLast) task.status = "dead";
    else {
      task.status = "scheduled";
      task.notBefore = now + backoffSeconds;
    }
  }

  const running = () => tasks.filter(({ status }) => status === "running");

  /** Everything that happens by itself: what is due joins the line, and the line moves on as far as there is room. */
  function comeToRest(): void {
    for (const task of tasks) {
      if (task.status !== "scheduled" || (task.notBefore ?? 0) > now) continue;
      task.status = "ready";
      task.notBefore = undefined;
    }
    while (!isPaused && running().length < places) {
      const [best] = tasks
        .filter(({ status }) => status === "ready")
        .toSorted((a, b) => a.priority - b.priority || a.order - b.order);
      if (!best) return;
      start(best);
    }
  }

  return {
    tasks,
    running,
    now: () => now,
    nextOrder: () => order++,
    comeToRest,
    /** From one date that comes to the next: what starts at the first may not be there at the second. */
    pass(seconds: number) {
      const end = now + seconds;
      const dates = () =>
        tasks.flatMap(({ status, notBefore = 0 }) => (status === "scheduled" ? notBefore : []));
      while (now < end) {
        const next = Math.min(...dates().filter((date) => date > now));
        now = Math.min(end, next);
        if (now === next) lastDate = now;
        comeToRest();
      }
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
    },
    /** Whether something has only just fallen due, or will so soon that a step could come before or after it. */
    isOnTheVerge: () =>
      lastDate > now - 1 ||
      tasks.some(
        ({ status, notBefore, expiresAt }) =>
          !terminalStatuses.has(status) &&
          [notBefore, expiresAt].some((at) => at !== undefined && at > now - 2 && at < now + 6),
      ),
    end,
    expireWaiting() {
      for (const task of tasks) {
        const isWaiting = task.status === "ready" || task.status === "scheduled";
        if (isWaiting && task.expiresAt !== undefined && task.expiresAt <= now) task.status = "expired";
      }
    },
    replay(task: ModelTask) {
      task.status = "ready";
      task.order = order++;
      task.attemptsUsed = 0;
      task.notBefore = undefined;
      if (task.expiresAt !== undefined && task.expiresAt <= now) task.expiresAt = undefined;
    },
  };
}

export type ReferenceQueue = ReturnType<typeof createReferenceQueue>;
