import type { Task } from "../../../shared/api/task.ts";
import { terminalStatuses } from "../../../shared/api/task-type.ts";
import type { EventRecord } from "./create-event-record.ts";
import type { Call } from "./start-vendor.ts";
import type { Submitted } from "./submit-load.ts";

export type Seen = { submitted: Submitted[]; tasks: Task[]; calls: Call[]; events: EventRecord };

/** What was promised of tasks and does not hold, in sentences; seen from outside: by clients, the vendor and a consumer. */
export function findViolations({ submitted, tasks, calls, events }: Seen): string[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const callsOf = Map.groupBy(calls, ({ prompt }) => prompt);
  const known = new Set(submitted.map(({ id }) => id));
  return [
    ...tasks.filter(({ id }) => !known.has(id)).map(({ id }) => `${id} was never acknowledged`),
    ...[...events.byTask.keys()].filter((id) => !known.has(id)).map((id) => `${id} has events and is none`),
    ...events.contradictions.map(({ id }) => `${id} is two different events`),
    ...submitted.flatMap((one) => {
      const task = byId.get(one.id);
      if (!task) return [`${one.id} is lost`];
      const found = [
        ...findWrongEnd(one, task),
        ...findWrongResult(one, task, calls),
        ...findWrongAttempts(task, callsOf.get(one.prompt) ?? []),
        ...findWrongEvents(task, events),
      ];
      return found.map((sentence) => `${task.id} (${task.status}) ${sentence}`);
    }),
  ];
}

function findWrongEnd({ id, again, cancel }: Submitted, { status }: Task): string[] {
  return [
    ...(terminalStatuses.has(status) ? [] : ["has not ended"]),
    ...(again.some((other) => other !== id) ? ["was created twice for one Idempotency-Key"] : []),
    ...(cancel === "done" && status !== "cancelled" ? ["was cancelled, and is not"] : []),
    ...(cancel !== "done" && status === "cancelled" ? ["is cancelled, and was not"] : []),
    ...(status === "failed" || status === "expired" ? ["had no reason to"] : []),
  ];
}

/** The vendor's answer names the call it is of, and counts its tokens by it. */
function findWrongResult(
  { prompt }: Submitted,
  { status, result, usage, attempts }: Task,
  calls: Call[],
): string[] {
  const used = attempts.map((attempt) => attempt.usage?.inputTokens ?? 0).reduce((sum, n) => sum + n, 0);
  const wrongUsage =
    used === usage.inputTokens ? [] : [`counts ${usage.inputTokens} tokens, its attempts ${used}`];
  if (status !== "succeeded") return [...wrongUsage, ...(result ? ["has a result"] : [])];
  const text = result && "text" in result ? result.text : "";
  const [, id] = /^call (\d+) says yes$/.exec(text) ?? [];
  const call = calls[Number(id) - 1];
  // What earlier attempts took before they were cut is in the task's sum.
  const counted = attempts.find(({ outcome }) => outcome === "succeeded")?.usage?.inputTokens;
  const isIts = call?.prompt === prompt && call.how === "answered" && counted === call.id;
  return [...wrongUsage, ...(isIts ? [] : [`has a result that is not its own: ${text}`])];
}

/** A worker that was killed may have gone before its call, and a cancelled one leaves no attempt. */
function findWrongAttempts({ status, attempts }: Task, calls: Call[]): string[] {
  const lost = attempts.filter(({ outcome }) => outcome === "lost").length;
  const most = attempts.length + (status === "cancelled" ? 1 : 0);
  const successes = attempts.filter(({ outcome }) => outcome === "succeeded").length;
  return [
    ...(calls.length > most ? [`was called for ${calls.length} times in ${attempts.length} attempts`] : []),
    ...(calls.length < attempts.length - lost
      ? [`has ${attempts.length} attempts of ${calls.length} calls`]
      : []),
    ...(successes === (status === "succeeded" ? 1 : 0) ? [] : [`has ${successes} attempts that succeeded`]),
  ];
}

/** A claim that was given back in time, or whose task was cancelled, leaves a start without an attempt. */
function findWrongEvents({ id, status, attempts }: Task, { byTask }: EventRecord): string[] {
  const events = [...(byTask.get(id)?.values() ?? [])].sort((a, b) => a.sequence - b.sequence);
  const sequences = events.map(({ sequence }) => sequence);
  const ends = events.filter(({ task }) => terminalStatuses.has(task.status));
  const starts = events.filter(({ type }) => type === "task.started").length;
  return [
    ...(sequences.every((sequence, index) => sequence === index + 1)
      ? []
      : [`has a gap: events ${sequences}`]),
    ...(starts >= attempts.length ? [] : [`was told to have started ${starts} times`]),
    ...(ends.length === 1 ? [] : [`was told to have ended ${ends.length} times`]),
    ...(events.at(-1)?.type === `task.${status}` ? [] : [`was last told to be ${events.at(-1)?.type}`]),
  ];
}
