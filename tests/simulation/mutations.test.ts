import { afterAll, describe, expect, it } from "vitest";
import { type Caught, catchMutation } from "./catch-mutation.ts";
import { mutations } from "./mutations.ts";

const mostSeeds = 1_500;

describe("the checker notices", () => {
  const rows: string[] = [];

  it.each(mutations.map((mutation) => [mutation.about, mutation] as const))(
    "when %s",
    { timeout: 120_000 },
    async (_, mutation) => {
      const caught = await catchMutation(mutation, mostSeeds);
      rows.push(toRow(mutation.name, caught));
      expect(caught).toBeDefined();
    },
  );

  afterAll(() => console.log(["mutation | seeds until caught | broken promise", ...rows].join("\n")));
});

function toRow(name: string, caught: Caught | undefined): string {
  return `${name} | ${caught?.seeds ?? `not within ${mostSeeds}`} | ${caught?.invariants.join("; ") ?? "-"}`;
}
