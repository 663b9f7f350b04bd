import type { TaskDocument } from "../../shared/tasks/task-document.ts";
import { labelOf } from "./evidence.ts";
import type { Entry, TaskChange } from "./history.ts";
import type { Run } from "./run-simulation.ts";
import type { Scenario } from "./scenario.ts";

/** A run as lines to read: the scenario in short, then what happened, with tasks by their labels. */
export function printHistory({ scenario, entries, tasks }: Run): string[] {
  const labels = new Map([...tasks].map(([id, task]) => [id, labelOf(task)]));
  const name = (text: string) => text.replace(/task_[a-z2-7]{26}/g, (id) => labels.get(id) ?? id);
  const lines = entries.flatMap((entry) => {
    const text = toText(entry);
    return text === undefined ? [] : [`${toClock(entry.at)}  ${toWho(entry).padEnd(10)} ${name(text)}`];
  });
  return [...printScenario(scenario), "", ...lines];
}

function toClock(at: number): string {
  return `${(at / 1_000).toFixed(3)} s`.padStart(12);
}

function toWho(entry: Entry): string {
  if ("by" in entry) return entry.by;
  return entry.kind === "callEnded" ? "vendor" : "world";
}

function toText(entry: Entry): string | undefined {
  switch (entry.kind) {
    case "committed":
      return `commits ${[...entry.queues.map((id) => `queue ${id}`), ...entry.tasks.map(toChange)].join("; ")}`;
    case "callStarted":
      return `starts call ${entry.call} of ${entry.queue} for ${entry.label}`;
    case "callEnded":
      return `call ${entry.call} for ${entry.label} ${entry.end}`;
    case "asked":
      return `is asked to ${entry.what} ${entry.label}`;
    case "submitted":
      return `acknowledges ${entry.label} as ${entry.taskId}`;
    case "cancelled":
      return `acknowledges the cancel of ${entry.taskId}`;
    case "replayed":
      return `acknowledges the replay of ${entry.taskId}`;
    case "refused":
      return `refuses to ${entry.what} ${entry.label}: ${entry.error}`;
    case "waited":
      return `tells the waiter of ${entry.taskId}: ${entry.status}`;
    case "followed":
      return `has told the follower of ${entry.taskId}: ${JSON.stringify(entry.text)}, ${entry.status}`;
    case "line":
      return `sees the line of ${entry.queue}: ${entry.ready.map(({ id }) => id).join(" ") || "empty"}`;
    case "published":
      return `publishes ${entry.event.type} of ${entry.event.task.id}`;
    case "breakerPublished":
      return `publishes ${entry.event.type} of ${entry.event.breaker.queue}`;
    case "allowance":
      return `leaves ${entry.total} of ${entry.limit} spent, reserved or handed out of ${entry.id}`;
    case "woken":
      return `is woken for ${entry.queue} (${entry.reason})`;
    case "swept":
      return "has swept";
    case "born":
      return `comes up, its clock ${entry.offsetMs} ms off`;
    case "died":
      return `dies: ${entry.why}`;
    case "stalled":
      return `stands still for ${entry.forMs} ms`;
    case "unhandled":
      return `an unhandled rejection ends the process: ${entry.error}`;
    case "chore":
      return `${entry.what} of ${entry.queue} ${entry.how}`;
    case "noted":
      return entry.what;
    case "queueRead":
    case "delivered":
    case "breakerDelivered":
      return undefined;
  }
}

function toChange({ id, before, after }: TaskChange): string {
  return `${id} ${before ? toState(before) : "new"} → ${after ? toState(after) : "gone"}`;
}

function toState({ status, epoch }: TaskDocument): string {
  return `${status}/${epoch}`;
}

/** The scenario in a few lines. */
export function printScenario(scenario: Scenario): string[] {
  const { name, slotMs, skewMs, latencyMs, instances, retry, queues, tasks, faults, chores } = scenario;
  return [
    `${name}: slots of ${slotMs} ms, clocks ±${skewMs} ms, store ${latencyMs.join("–")} ms, ${JSON.stringify(instances)}`,
    `retry ${JSON.stringify(retry)}; faults until ${faults.untilMs} ms: ${JSON.stringify(faults.chances)}`,
    ...faults.storms.map((storm) => `storm ${JSON.stringify(storm)}`),
    ...chores.map((chore) => `chore ${JSON.stringify(chore)}`),
    ...queues.map((queue) => `queue ${JSON.stringify(queue)}`),
    ...tasks.map((task) => `task ${JSON.stringify(task)}`),
  ];
}
