import type { FaultKind } from "./faults.ts";
import type { Scenario } from "./scenario.ts";

/** Whether a scenario still shows what is looked for. */
export type StillFails = (scenario: Scenario) => Promise<boolean>;

/**
 * Leaves out of a failing scenario what it can do without: tasks, faults, queues' outages, instances, skew. Resolves to a
 * smaller one that still fails; tries at most `mostTries` scenarios.
 */
export async function shrink(scenario: Scenario, stillFails: StillFails, mostTries = 400): Promise<Scenario> {
  let best = scenario;
  let tries = 0;
  const attempt = async (smaller: Scenario) => {
    if (tries++ >= mostTries || !(await stillFails(smaller))) return false;
    best = smaller;
    return true;
  };
  for (let changed = true; changed && tries < mostTries; ) {
    const before = best;
    await shrinkTasks(() => best, attempt);
    for (const smaller of simplify(best)) {
      // What was found since may have made this one obsolete: it is tried on the best so far.
      await attempt(smaller(best));
    }
    changed = best !== before;
  }
  return best;
}

type Attempt = (smaller: Scenario) => Promise<boolean>;

/** Leaves out half of the tasks, then a quarter, and so on down to single ones. */
async function shrinkTasks(best: () => Scenario, attempt: Attempt): Promise<void> {
  for (
    let size = Math.ceil(best().tasks.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < best().tasks.length; ) {
      const { tasks } = best();
      const without = [...tasks.slice(0, start), ...tasks.slice(start + size)];
      if (!(await attempt({ ...best(), tasks: without }))) start += size;
    }
  }
}

/** Single steps towards a simpler scenario. */
function simplify(scenario: Scenario): ((from: Scenario) => Scenario)[] {
  return [
    ...(Object.keys(scenario.faults.chances) as FaultKind[]).map(withoutFault),
    ...scenario.faults.storms.map((_, index) => withoutStorm(index)),
    ...scenario.chores.map((_, index) => withoutChore(index)),
    ...scenario.queues.map(({ id }) => withoutOutage(id)),
    ...scenario.tasks.map(({ label }) => withPlainTask(label)),
    withFewer("worker"),
    withFewer("api"),
    withFewer("sweeper"),
    (from) => ({ ...from, skewMs: 0 }),
    (from) => ({ ...from, latencyMs: [1, 5] }),
  ];
}

function withoutFault(kind: FaultKind) {
  return (from: Scenario): Scenario => {
    const { [kind]: _, ...chances } = from.faults.chances;
    return { ...from, faults: { ...from.faults, chances } };
  };
}

function withoutStorm(index: number) {
  return (from: Scenario): Scenario => ({
    ...from,
    faults: { ...from.faults, storms: from.faults.storms.toSpliced(index, 1) },
  });
}

function withoutChore(index: number) {
  return (from: Scenario): Scenario => ({ ...from, chores: from.chores.toSpliced(index, 1) });
}

function withoutOutage(id: string) {
  return (from: Scenario): Scenario => ({
    ...from,
    queues: from.queues.map((queue) => (queue.id === id ? { ...queue, outages: [] } : queue)),
  });
}

function withPlainTask(label: string) {
  return (from: Scenario): Scenario => ({
    ...from,
    tasks: from.tasks.map((task) => {
      if (task.label !== label) return task;
      const { atMs, queue, priority } = task;
      return { label, atMs, queue, priority, stream: false, copies: 1, follow: false };
    }),
  });
}

function withFewer(role: "api" | "worker" | "sweeper") {
  return (from: Scenario): Scenario => ({
    ...from,
    instances: { ...from.instances, [role]: Math.max(1, from.instances[role] - 1) },
  });
}
