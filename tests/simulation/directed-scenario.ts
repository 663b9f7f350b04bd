import type { QueuePlan, Scenario, TaskPlan } from "./scenario.ts";
import { noFaults } from "./to-scenario.ts";

/** A scenario in which nothing goes wrong and every step to the store takes two milliseconds, with what a test changes. */
export function aScenario(changes: Partial<Scenario> = {}): Scenario {
  return {
    seed: 1,
    name: "directed",
    slotMs: 250,
    skewMs: 0,
    latencyMs: [2, 2],
    instances: { api: 1, worker: 2, sweeper: 1, allInOne: false },
    breaker: { failures: 5, successes: 2, openMs: 60_000, probes: 1 },
    retry: { attempts: 3, baseMs: 500, maxMs: 60_000 },
    queues: [aQueue()],
    tasks: [],
    chores: [],
    faults: noFaults,
    ...changes,
  };
}

export function aQueue(changes: Partial<QueuePlan> = {}): QueuePlan {
  return { id: "q0", limits: {}, totalMs: 60_000, callMs: [20, 20], outages: [], ...changes };
}

/** So many tasks, one every `everyMs`. */
export function someTasks(count: number, everyMs: number, changes: Partial<TaskPlan> = {}): TaskPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    label: `${changes.queue ?? "q0"}-t${index}`,
    atMs: 100 + index * everyMs,
    queue: "q0",
    priority: 5,
    stream: false,
    copies: 1,
    follow: false,
    ...changes,
  }));
}
