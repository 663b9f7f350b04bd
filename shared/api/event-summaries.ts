import type { EventType } from "./events.ts";

/** When each event is published, in one sentence. */
export const eventSummaries: Record<EventType, string> = {
  "task.accepted": "A task was accepted, or accepted again by a replay.",
  "task.started":
    "A worker has claimed the task and is about to call its provider; it may still give it back.",
  "task.retrying": "An attempt failed, and the task waits for the next.",
  "task.succeeded": "The task has its result.",
  "task.failed": "The task ended with an error that no further attempt would mend.",
  "task.dead": "The task used up its attempts, and can be replayed.",
  "task.cancelled": "The task was cancelled.",
  "task.cut": "The call that ran when the task was cancelled is over, and what it used and cost is known.",
  "task.expired": "The task was not started in time.",
  "batch.created": "A batch was created; its input is about to be checked.",
  "batch.running": "The input of the batch is right, and its lines become tasks.",
  "batch.completed": "All lines of the batch have ended, and its results can be read.",
  "batch.failed": "The input of the batch is not right: none of its lines was run.",
  "batch.cancelled": "The batch was cancelled, and what had been answered by then can be read.",
  "batch.expired": "The batch did not end in its time, and what had been answered by then can be read.",
  "allowance.threshold": "What is spent and reserved of an allowance has passed one of its thresholds.",
  "breaker.opened": "A provider failed several times in a row and is left alone.",
  "breaker.closed": "A provider that was left alone is called again.",
  "endpoint.warning": "A webhook endpoint has failed for so long that it will be disabled.",
  "endpoint.disabled": "A webhook endpoint was disabled: nothing is sent to it until it is enabled again.",
  "endpoint.ping": "Somebody asked for a trial delivery to a webhook endpoint.",
  "alert.fired": "What an alert's rule watches has crossed its threshold.",
  "alert.acknowledged": "Somebody sees to an alert that is firing.",
  "alert.resolved": "What an alert's rule watches is back below its threshold.",
  "hook.received": "A webhook of somebody else's was received, verified and kept.",
};
