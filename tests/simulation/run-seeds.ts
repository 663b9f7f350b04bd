import { checkHistory } from "./check-history.ts";
import type { FaultCounts, FaultKind } from "./faults.ts";
import type { Mutation } from "./mutation.ts";
import { runSimulation } from "./run-simulation.ts";
import { toScenario } from "./to-scenario.ts";
import type { Violation } from "./violation.ts";

export type Failure = { seed: number; steps: number; violations: Violation[] };

/** What came of many seeds. */
export type Summary = {
  seeds: number;
  tasks: number;
  calls: number;
  steps: number;
  faults: FaultCounts;
  failures: Failure[];
};

export const emptySummary: Summary = { seeds: 0, tasks: 0, calls: 0, steps: 0, faults: {}, failures: [] };

/** Runs one seed and checks it. */
export async function runSeed(seed: number, mutation?: Mutation): Promise<Summary> {
  const run = await runSimulation(toScenario(seed), mutation);
  const violations = checkHistory(run);
  return {
    seeds: 1,
    tasks: run.tasks.size,
    calls: run.entries.filter(({ kind }) => kind === "callStarted").length,
    steps: run.steps,
    faults: run.faults,
    failures: violations.length > 0 ? [{ seed, steps: run.steps, violations }] : [],
  };
}

/** Runs `count` seeds from `first` on, and tells how it stands after each. */
export async function runSeeds(
  first: number,
  count: number,
  { mutation, tell }: { mutation?: Mutation | undefined; tell?: (summary: Summary) => void } = {},
): Promise<Summary> {
  let summary = emptySummary;
  for (let seed = first; seed < first + count; seed++) {
    summary = addSummaries(summary, await runSeed(seed, mutation));
    tell?.(summary);
  }
  return summary;
}

export function addSummaries(one: Summary, other: Summary): Summary {
  return {
    seeds: one.seeds + other.seeds,
    tasks: one.tasks + other.tasks,
    calls: one.calls + other.calls,
    steps: one.steps + other.steps,
    faults: addCounts(one.faults, other.faults),
    failures: [...one.failures, ...other.failures],
  };
}

function addCounts(one: FaultCounts, other: FaultCounts): FaultCounts {
  const sum = { ...one };
  for (const [kind, count] of Object.entries(other) as [FaultKind, number][]) {
    sum[kind] = (sum[kind] ?? 0) + count;
  }
  return sum;
}
