import type { CallSpan, Evidence } from "../evidence.ts";
import { isSafeForWorkers } from "../scenario.ts";
import type { Invariant } from "../violation.ts";

/** How long a worker may take to tell a queue what the provider asked for, and calls already claimed to start. */
const graceMs = 5_000;

/** A provider that asks for silence gets it, from the whole queue. */
export const quietKept: Invariant = {
  name: "Retry-After holds the whole queue",
  check: (evidence) =>
    isSafeForWorkers(evidence.scenario) ? evidence.calls.flatMap((call) => checkCall(evidence, call)) : [],
};

function checkCall({ calls }: Evidence, { queue, endAt, retryAfterMs = 0 }: CallSpan) {
  return calls
    .filter(
      (other) =>
        other.queue === queue && other.startAt > endAt + graceMs && other.startAt < endAt + retryAfterMs,
    )
    .map(({ startAt, taskId }) => ({
      at: startAt,
      taskId,
      message: `called ${startAt - endAt} ms after ${queue} asked for ${retryAfterMs} ms of silence`,
    }));
}
