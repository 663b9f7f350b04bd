import { expect, it } from "vitest";
import { totalCounts } from "../../shared/platform/count-documents.ts";
import { aQueue, aScenario, someTasks } from "./directed-scenario.ts";
import { runSimulation } from "./run-simulation.ts";
import type { Scenario } from "./scenario.ts";

/** What serving and working through a scenario cost for each of its tasks; what the sweep and its wakes cost is left out. */
async function toCost(scenario: Scenario): Promise<{ reads: number; writes: number }> {
  const cost = async (one: Scenario) => {
    const { counts } = await runSimulation(one, { name: "", about: "", sweep: async () => {} });
    return totalCounts(new Map([...counts].filter(([collection]) => !byMinute.has(collection))));
  };
  const [all, idle] = [await cost(scenario), await cost({ ...scenario, tasks: [] })];
  const count = scenario.tasks.length;
  return { reads: (all.reads - idle.reads) / count, writes: (all.writes - idle.writes) / count };
}

/** Read at most once a minute by each process, however many tasks it runs. */
const byMinute = new Set(["prices"]);

/** The queue's own document is made once. */
const made = 1;

it.each([0, 250])(
  "a task claimed singly costs at most 2 reads and 4 writes (slots of %i ms)",
  async (slotMs) => {
    const cost = await toCost(
      aScenario({
        slotMs,
        tasks: someTasks(40, 2_000),
        queues: [aQueue({ limits: { requests: ["60/min"] } })],
      }),
    );
    console.log(`singly, slots of ${slotMs} ms: ${JSON.stringify(cost)}`);
    expect(cost.reads).toBeLessThanOrEqual(2 + made / 40);
    expect(cost.writes).toBeLessThanOrEqual(4 + made / 40);
  },
);

it("tasks claimed by tens cost at most 1.2 reads and 3.2 writes each", async () => {
  const tens = Array.from({ length: 10 }, (_, index) =>
    someTasks(10, 0).map((task) => ({ ...task, label: `${index}-${task.label}`, atMs: 100 + index * 5_000 })),
  );
  const cost = await toCost(
    aScenario({ tasks: tens.flat(), queues: [aQueue({ limits: { requests: ["600/min"] } })] }),
  );
  console.log(`by tens: ${JSON.stringify(cost)}`);
  expect(cost.reads).toBeLessThanOrEqual(1.2 + made / 100);
  expect(cost.writes).toBeLessThanOrEqual(3.2 + made / 100);
});

it("a task of a queue with a concurrency limit costs at most 4 reads and a write more", async () => {
  const cost = await toCost(
    aScenario({ tasks: someTasks(40, 2_000), queues: [aQueue({ limits: { concurrency: 2 } })] }),
  );
  console.log(`with places: ${JSON.stringify(cost)}`);
  expect(cost.reads).toBeLessThanOrEqual(6);
  expect(cost.writes).toBeLessThanOrEqual(5 + made / 40);
});

it.each([
  { tokens: "5000/min", count: 40, everyMs: 2_000, reads: 6, writes: 5, about: "singly, scarce" },
  { tokens: "5000/min", count: 100, everyMs: 0, reads: 3.2, writes: 4.1, about: "from a backlog, scarce" },
  { tokens: "100000/min", count: 200, everyMs: 0, reads: 1.2, writes: 3.2, about: "from a backlog, plenty" },
])(
  "a task of a queue with a token limit costs at most $reads reads and $writes writes ($about)",
  async ({ tokens, count, everyMs, reads, writes }) => {
    const tasks = someTasks(count, everyMs);
    const cost = await toCost(aScenario({ tasks, queues: [aQueue({ limits: { tokens } })] }));
    console.log(`${tokens}, ${count} tasks, one every ${everyMs} ms: ${JSON.stringify(cost)}`);
    expect(cost.reads).toBeLessThanOrEqual(reads);
    expect(cost.writes).toBeLessThanOrEqual(writes + made / count);
  },
);

it("a task with alternatives costs at most one and a half reads and half a write more", async () => {
  const queues = [aQueue({ limits: { requests: ["60/min"] } }), aQueue({ id: "q1" })];
  const cost = await toCost(aScenario({ tasks: someTasks(40, 2_000, { fallbacks: ["q1"] }), queues }));
  console.log(`with a fallback: ${JSON.stringify(cost)}`);
  expect(cost.reads).toBeLessThanOrEqual(3.5);
  expect(cost.writes).toBeLessThanOrEqual(4.5);
});
