import type { Clock } from "../core/clock.ts";
import type { Runner } from "./create-runner.ts";
import type { HeldContent } from "./held-content.ts";
import type { LiveOutput } from "./live-output.ts";

const firstPauseMs = 250;
const longestPauseMs = 2_000;

type Deps = { runner: Runner; live: LiveOutput; held: HeldContent; clock: Clock; closing: AbortSignal };

/**
 * Looks again and again whether a task's turn has come whose content this process alone has: a wake reaches any process, so
 * nobody else can be asked. Ends with the task, or with the process.
 */
export function keepStarting(deps: Deps, task: { id: string; queue: string }): void {
  const { clock, held, live, runner, closing } = deps;
  let { queue } = task;
  let pauseMs = firstPauseMs;
  const stop = live.subscribe(task.id, (event) => {
    if (event.kind === "settled") queue = event.task.queue;
  });
  const look = async () => {
    if (closing.aborted || !held.holds(task.id)) return stop();
    if (!live.isUnderWay(task.id)) await runner.startNow({ id: task.id, queue });
    clock.after(pauseMs, () => void look());
    pauseMs = Math.min(longestPauseMs, pauseMs * 1.5);
  };
  clock.after(pauseMs, () => void look());
}
