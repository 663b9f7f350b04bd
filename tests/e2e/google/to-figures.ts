import type { Task } from "../../../shared/api/task.ts";
import type { EventRecord } from "./create-event-record.ts";
import type { Call } from "./start-vendor.ts";

export type Run = { tasks: Task[]; calls: Call[]; events: EventRecord; sweeps: string[] };

/** What came of a run, to be printed. */
export function toFigures({ tasks, calls, events, sweeps }: Run) {
  return {
    tasks: tally(tasks.map(({ status }) => status)),
    attempts: tally(tasks.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome))),
    calls: { all: calls.length, ...tally(calls.map(({ how }) => how ?? "open")) },
    callsRepeatedByKills: repeatedByKills(tasks, calls),
    events: [...events.byTask.values()].reduce((sum, { size }) => sum + size, 0),
    duplicates: events.duplicates(),
    sweeps: tally(sweeps),
  };
}

function tally(words: string[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(words, (word) => word)].map(([word, found]) => [word, found.length]),
  );
}

/** Calls of tasks whose worker was lost, beyond the one that each of their other attempts made. */
function repeatedByKills(tasks: Task[], calls: Call[]): number {
  const lost = tasks.filter(({ attempts }) => attempts.some(({ outcome }) => outcome === "lost"));
  const others = lost.flatMap(({ attempts }) => attempts.filter(({ outcome }) => outcome !== "lost"));
  const prompts = new Set<string | undefined>(lost.flatMap(toPrompts));
  return calls.filter(({ prompt }) => prompts.has(prompt)).length - others.length;
}

/** As the vendor writes them down. */
function toPrompts({ input }: Task): string[] {
  return "messages" in input ? input.messages.map(({ content }) => JSON.stringify(content)) : [];
}
