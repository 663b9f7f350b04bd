import type { Principal } from "../../access/principal.ts";
import { toRateLimitHeaders } from "../../allowances/to-rate-limit-headers.ts";
import type { SubmitTask } from "../../api/task.ts";
import { terminalStatuses } from "../../api/task-type.ts";
import { toErrorField } from "../../core/log.ts";
import type { Platform } from "../../platform/platform.ts";
import { cancelTask } from "../../tasks/change-task.ts";
import type { Runner } from "../../tasks/create-runner.ts";
import type { HeldContent } from "../../tasks/held-content.ts";
import { keepStarting } from "../../tasks/keep-starting.ts";
import type { LiveOutput } from "../../tasks/live-output.ts";
import { type SubmitDeps, submitTask } from "../../tasks/submit-task.ts";
import type { ResponseFacts } from "../../tasks/task-document.ts";
import { readCallHeaders } from "./read-call-headers.ts";
import { toEndFailure, toLeavingFailure } from "./task-failure.ts";
import { toAnswerHeaders } from "./to-answer-headers.ts";
import { type TaskWatch, type WatchEvent, type WatchedTask, watchTask } from "./watch-task.ts";

export type DoorDeps = SubmitDeps &
  Pick<Platform, "blobs"> & { runner: Runner; live: LiveOutput; held: HeldContent; closing: AbortSignal };

/** Whose call it is, and how they can leave. `response` where it makes one; `isStored` where the body says it too. */
export type Caller = {
  request: Request;
  principal: Principal;
  response?: ResponseFacts;
  isStored?: boolean;
};

export type OpenedCall = Pick<TaskWatch, "next"> & {
  /** As it was accepted. */
  task: WatchedTask;
  /** Asking again makes no second task. */
  mayRepeat: boolean;
  /** How the allowances stand that it has drawn on. */
  limits: Record<string, string>;
  /** The caller has gone. */
  leave(): void;
  close(): void;
};

/** SDKs wait for ten minutes where they are not told otherwise. */
export const longestWaitMs = 10 * 60_000;

/** Keeps a call as a task, starts it here if its turn has come, and watches it. The caller closes what this resolves to. */
export async function openCall(deps: DoorDeps, caller: Caller, submitted: SubmitTask): Promise<OpenedCall> {
  const { request, principal, response } = caller;
  const { idempotencyKey, cancelsOnLeave, cache, ...asked } = readCallHeaders(request.headers);
  const isStored = asked.isStored && caller.isStored !== false;
  const start = deps.runner.openStart();
  const options = {
    startsHere: true,
    keepStarted: start.keep,
    isHeld: !isStored,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(response && { response }),
  };
  const asks = { ...submitted, ...(cache && { cache }) };
  const { task, states } = await submitTask(deps, principal, asks, options);
  const watch = watchTask(deps, task.id, { isStreamed: task.stream });
  const leave = once(() => {
    watch.leave();
    if (cancelsOnLeave) void cancel(deps, principal, task.id);
  });
  const cancelTimer = deps.clock.after(longestWaitMs, watch.leave);
  request.signal.addEventListener("abort", leave, { once: true });
  deps.closing.addEventListener("abort", watch.closing, { once: true });
  if (request.signal.aborted) leave();
  if (terminalStatuses.has(task.status)) watch.tell(task);
  else await start.run(task);
  // What this process did not begin is run by another, or has ended already.
  const isBegun = deps.live.isUnderWay(task.id);
  if (!isBegun) watch.followStore();
  if (deps.closing.aborted) watch.closing();
  if (!isStored) keepStarting(deps, task);
  return {
    task,
    mayRepeat: idempotencyKey !== undefined,
    limits: toRateLimitHeaders(states, deps.clock.now()),
    next: watch.next,
    leave,
    close() {
      cancelTimer();
      request.signal.removeEventListener("abort", leave);
      deps.closing.removeEventListener("abort", watch.closing);
      watch.close();
    },
  };
}

async function cancel(deps: DoorDeps, principal: Principal, taskId: string): Promise<void> {
  try {
    await cancelTask({ ...deps, abort: deps.runner.abort }, principal, taskId);
  } catch (error) {
    deps.log.info("a task that nobody waits for goes on", { taskId, ...toErrorField(error) });
  }
}

/** A task that has ended and succeeded, with what its answer says of it. */
export type Succeeded = { task: WatchedTask; headers: Record<string, string> };

/** Runs a call to its end. Throws `TaskFailure` where that is no result. */
export async function runCall(deps: DoorDeps, caller: Caller, submitted: SubmitTask): Promise<Succeeded> {
  const call = await openCall(deps, caller, submitted);
  try {
    let { task } = call;
    while (true) {
      const event = await call.next();
      task = event.kind === "task" ? event.task : task;
      if (isEnd(deps, call, event, task)) return { task, headers: toHeaders(deps, call, task) };
    }
  } finally {
    call.close();
  }
}

/** Whether an event is a task's success. Throws what ends the waiting in another way. */
export function isEnd(deps: DoorDeps, call: OpenedCall, event: WatchEvent, task: WatchedTask): boolean {
  if (event.kind === "lost") throw event.error;
  if (event.kind === "left") {
    const { mayRepeat } = call;
    throw toLeavingFailure(task, { headers: toHeaders(deps, call, task), mayRepeat });
  }
  if (event.kind === "text" || !terminalStatuses.has(task.status)) return false;
  if (task.status === "succeeded") return true;
  throw toEndFailure(task, toHeaders(deps, call, task));
}

/** What each answer to a call says of its task, and of the allowances it has drawn on. */
export function toHeaders(
  { config }: Pick<DoorDeps, "config">,
  { limits }: Pick<OpenedCall, "limits">,
  task: WatchedTask,
): Record<string, string> {
  return { ...toAnswerHeaders(task, config), ...limits };
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}
