import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const usage = `Runs the queue's own code through simulated days full of faults, and checks that it kept its promises.

npm run simulate -- [--seeds N] [--first F] [--jobs J] [--mutation NAME]
  --seeds N        how many seeds (default 1000), from --first on (default 1)
  --jobs J         processes at once (default 2)
  --mutation NAME  breaks the product on purpose (tests/simulation/mutations/): the run must then fail
npm run simulate -- --seed S [--mutation NAME]
  replays one seed exactly and prints its history

Prints the faults by kind, the seeds that failed, and the history of the shortest of them, made as small as it goes.`;

/** As tests/simulation/run-seeds.ts sends it. */
type Summary = {
  seeds: number;
  tasks: number;
  calls: number;
  steps: number;
  faults: Record<string, number>;
  failures: Failure[];
};
type Failure = { seed: number; steps: number; violations: { invariant: string; message: string }[] };

const child = join(import.meta.dirname, "../tests/simulation/main.ts");
const { values } = parseArgs({
  options: {
    help: { type: "boolean" },
    seed: { type: "string" },
    seeds: { type: "string", default: "1000" },
    first: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    mutation: { type: "string" },
  },
});
const mutation = values.mutation === undefined ? [] : ["--mutation", values.mutation];

if (values.help) console.log(usage);
else if (values.seed !== undefined) await printSeed("replay", values.seed);
else await runAll(toCount("first", 0), toCount("seeds"), toCount("jobs"));

function toCount(name: "first" | "seeds" | "jobs", least = 1): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= least) return count;
  console.error(`--${name} must be a whole number from ${least}.\n\n${usage}`);
  process.exit(2);
}

async function runAll(first: number, seeds: number, jobs: number): Promise<void> {
  const startedAt = performance.now();
  const parts = Array.from({ length: Math.min(jobs, seeds) }, (_, job) => {
    const from = first + Math.floor((seeds * job) / jobs);
    return { from, count: first + Math.floor((seeds * (job + 1)) / jobs) - from };
  });
  const summaries: Summary[] = parts.map(() => emptySummary());
  const progress = setInterval(() => console.log(toProgress(addAll(summaries), seeds, startedAt)), 10_000);
  await Promise.all(parts.map((part, job) => runPart(part, (summary) => (summaries[job] = summary))));
  clearInterval(progress);
  const total = addAll(summaries);
  printTotal(total, startedAt);
  const shortest = total.failures.toSorted((a, b) => a.steps - b.steps)[0];
  if (!shortest) return;
  process.exitCode = 1;
  console.log(`\nThe shortest of them, seed ${shortest.seed}, made as small as it goes:\n`);
  await printSeed("shrink", String(shortest.seed));
}

/** Resolves once the child has done its seeds; a child that dies takes the run with it. */
function runPart(
  { from, count }: { from: number; count: number },
  tell: (summary: Summary) => void,
): Promise<void> {
  const args = ["seeds", "--first", String(from), "--count", String(count), ...mutation];
  const running = fork(child, args, { execArgv: ["--no-warnings"] });
  running.on("message", (summary) => tell(summary as Summary));
  return untilExit(running);
}

function printSeed(what: "replay" | "shrink", seed: string): Promise<void> {
  return untilExit(fork(child, [what, "--first", seed, ...mutation], { execArgv: ["--no-warnings"] }));
}

function untilExit(running: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    running.on("error", reject);
    running.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a job ended with ${code}`))));
  });
}

function emptySummary(): Summary {
  return { seeds: 0, tasks: 0, calls: 0, steps: 0, faults: {}, failures: [] };
}

function addAll(summaries: Summary[]): Summary {
  const total = emptySummary();
  for (const { seeds, tasks, calls, steps, faults, failures } of summaries) {
    total.seeds += seeds;
    total.tasks += tasks;
    total.calls += calls;
    total.steps += steps;
    for (const [kind, count] of Object.entries(faults))
      total.faults[kind] = (total.faults[kind] ?? 0) + count;
    total.failures.push(...failures);
  }
  return total;
}

function toProgress({ seeds, failures }: Summary, all: number, startedAt: number): string {
  const seconds = (performance.now() - startedAt) / 1_000;
  const left = seeds > 0 ? `, ${Math.round((seconds / seeds) * (all - seeds))} s left` : "";
  const failed = failures.map(({ seed }) => seed).slice(0, 20);
  const which = failed.length > 0 ? ` (${failed.join(", ")})` : "";
  return `${seeds} of ${all} seeds in ${Math.round(seconds)} s, ${failures.length} failed${which}${left}`;
}

function printTotal({ seeds, tasks, calls, steps, faults, failures }: Summary, startedAt: number): void {
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(`${seeds} seeds, ${tasks} tasks, ${calls} calls, ${steps} steps in ${seconds.toFixed(1)} s`);
  console.log("\nFaults by kind:");
  for (const [kind, count] of Object.entries(faults).toSorted(([, a], [, b]) => b - a)) {
    console.log(`  ${kind.padEnd(24)} ${String(count).padStart(9)}`);
  }
  console.log(failures.length === 0 ? "\nEvery promise was kept." : `\n${failures.length} seeds failed:`);
  for (const { seed, violations } of failures.toSorted((a, b) => a.seed - b.seed).slice(0, 50)) {
    console.log(`  ${seed}: ${violations[0]?.invariant}: ${violations[0]?.message}`);
  }
}
