import { parseArgs } from "node:util";
import { checkHistory } from "./check-history.ts";
import type { Mutation } from "./mutation.ts";
import { mutations } from "./mutations.ts";
import { printHistory } from "./print-history.ts";
import { runSeeds, type Summary } from "./run-seeds.ts";
import { runSimulation } from "./run-simulation.ts";
import type { Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { toScenario } from "./to-scenario.ts";

// What scripts/simulate.ts starts: `seeds` runs a range and sends how it stands to its parent, `shrink` makes a failing seed
// small and prints its history, `replay` prints one seed's history as it is.

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { first: { type: "string" }, count: { type: "string" }, mutation: { type: "string" } },
});
const first = Number(values.first);
const mutation = mutations.find(({ name }) => name === values.mutation);

/** Often enough to watch, rarely enough to cost nothing. */
const tellEveryMs = 500;

async function sendSeeds(): Promise<void> {
  // Nobody would hear of the rest. Only here: listening for it keeps a process alive that has nothing more to do.
  process.on("disconnect", () => process.exit());
  let toldAt = 0;
  const tell = (summary: Summary) => {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    process.send?.({ ...summary, failures: summary.failures.slice(0, 100) });
  };
  const summary = await runSeeds(first, Number(values.count), { mutation, tell });
  process.send?.(summary, () => process.disconnect());
}

async function print(scenario: Scenario): Promise<void> {
  const run = await runSimulation(scenario, mutation);
  for (const line of printHistory(run)) console.log(line);
  const violations = checkHistory(run);
  console.log(`\n${violations.length === 0 ? "Every promise was kept." : "Broken promises:"}`);
  for (const { at, invariant, message } of violations)
    console.log(`${(at / 1_000).toFixed(3)} s  ${invariant}: ${message}`);
}

/** The smallest scenario found that breaks the promise which the seed breaks first. */
async function toSmallest(): Promise<Scenario> {
  const scenario = toScenario(first);
  const [broken] = await findBroken(scenario, mutation);
  if (broken === undefined) return scenario;
  return shrink(scenario, async (smaller) => (await findBroken(smaller, mutation)).includes(broken));
}

async function findBroken(scenario: Scenario, change: Mutation | undefined): Promise<string[]> {
  return checkHistory(await runSimulation(scenario, change)).map(({ invariant }) => invariant);
}

const [what] = positionals;
if (what === "seeds") await sendSeeds();
if (what === "replay") await print(toScenario(first));
if (what === "shrink") await print(await toSmallest());
