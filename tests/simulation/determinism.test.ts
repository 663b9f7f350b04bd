import { expect, it } from "vitest";
import { printHistory } from "./print-history.ts";
import { runSimulation } from "./run-simulation.ts";
import { toScenario } from "./to-scenario.ts";

it.each([1, 12, 34, 56, 789])("takes the same course whenever seed %i is run", async (seed) => {
  const first = printHistory(await runSimulation(toScenario(seed)));
  // Others in between must not show.
  await runSimulation(toScenario(seed + 1));
  expect(printHistory(await runSimulation(toScenario(seed)))).toEqual(first);
});

it("takes another course with another seed", async () => {
  const [one, other] = [await runSimulation(toScenario(1)), await runSimulation(toScenario(2))];
  expect(printHistory(one)).not.toEqual(printHistory(other));
});
