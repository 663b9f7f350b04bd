import type { Clock } from "../shared/core/clock.ts";
import type { Handler } from "../shared/http/create-app.ts";

/** Calls a scheduled function again and again, `everyMs` after each run's end, as Cloud Scheduler would. Returns the stop. */
export function runEvery(clock: Clock, everyMs: number, handle: Handler): () => void {
  let cancel = () => {};
  let stopped = false;
  const schedule = () => {
    if (!stopped) cancel = clock.after(everyMs, run);
  };
  const run = () => void handle(new Request("http://scheduler/", { method: "POST" })).finally(schedule);
  schedule();
  return () => {
    stopped = true;
    cancel();
  };
}
