import { expect, it } from "vitest";
import { aQueue, aScenario, someTasks } from "./directed-scenario.ts";
import { gatherEvidence } from "./evidence.ts";
import { runSimulation } from "./run-simulation.ts";
import type { Scenario } from "./scenario.ts";

const tasks = [
  ...someTasks(30, 900, { queue: "q0" }),
  ...someTasks(40, 333, { queue: "q1" }).map((task, index) => ({
    ...task,
    priority: [5, 0, 9][index % 3] ?? 5,
  })),
];

/** When each call of the queue started. */
async function startsOf(queue: string, scenario: Scenario): Promise<[label: string, at: number][]> {
  const { calls } = gatherEvidence(await runSimulation(scenario));
  return calls.filter((call) => call.queue === queue).map(({ label, startAt }) => [label, startAt]);
}

it.each([
  ["slots", 250, { requests: ["5/s"] }],
  ["slots", 250, { requests: ["60/min"], concurrency: 2 }],
  ["no slots", 0, { requests: ["5/s"] }],
  ["no slots", 0, { concurrency: 1 }],
])(
  "one queue's outage leaves another's starts where they were (%s of %i ms, %j)",
  async (_, slotMs, limits) => {
    const toPair = (fromMs: number, untilMs: number) => {
      const failing = aQueue({ limits: { requests: ["5/s"] }, outages: [{ fromMs, untilMs }] });
      const healthy = aQueue({ id: "q1", limits, callMs: [50, 700] });
      return aScenario({ slotMs, tasks, queues: [failing, healthy] });
    };
    const calm = await startsOf("q1", toPair(0, 0));
    expect(calm).toHaveLength(40);
    expect(await startsOf("q1", toPair(0, 600_000))).toEqual(calm);
  },
);
