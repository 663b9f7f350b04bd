import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeOnEmulators } from "../emulators/describe-on-emulators.ts";
import { outcomeOf } from "./attempts.ts";
import type { RulesCase } from "./rules-case.ts";
import { type RulesCaseName, rulesCases } from "./rules-cases.ts";
import { type RulesMutation, rulesMutations } from "./rules-mutations.ts";
import { openRulesWorld, type RulesWorld } from "./rules-world.ts";

const rules = readFileSync("firebase/firestore.rules", "utf8");
const cases = Object.values<RulesCase>(rulesCases);

describeOnEmulators(["firestore"], "the Firestore rules", () => {
  let world: RulesWorld;
  beforeAll(async () => {
    world = await openRulesWorld(rules);
  });
  afterAll(() => world.close());

  for (const { promise, allowed, refused } of cases) {
    const [friend, friendly] = allowed;
    const [stranger, hostile] = refused;
    it(`${promise}: ${friend} ${friendly.says}`, async () => {
      expect(await outcomeOf(friendly, world.as(friend))).toBe("allowed");
    });
    it(`${promise}: refused when ${stranger} ${hostile.says}`, async () => {
      expect(await outcomeOf(hostile, world.as(stranger))).toBe("refused");
    });
  }

  it("end a listener whose task is deleted", async () => {
    const world = await openRulesWorld(rules);
    await expect(world.listenWhileDeleted("ann", "tasks/ann")).resolves.toEqual(["allowed", "refused"]);
    await world.close();
  });
});

describeOnEmulators(["firestore"], "the cases of the rules", () => {
  it.each(rulesMutations)("catch that $name", async (mutation) => {
    const world = await openRulesWorld(mutate(rules, mutation));
    expect(await holds(world, mutation.caughtBy)).toBe(false);
    await world.close();
  });
});

function mutate(rules: string, { from, to }: RulesMutation): string {
  const pieces = rules.split(from);
  expect(pieces, `"${from}" is in the rules once`).toHaveLength(2);
  return pieces.join(to);
}

async function holds(world: RulesWorld, name: RulesCaseName): Promise<boolean> {
  const { allowed, refused } = rulesCases[name];
  const friend = await outcomeOf(allowed[1], world.as(allowed[0]));
  const stranger = await outcomeOf(refused[1], world.as(refused[0]));
  return friend === "allowed" && stranger === "refused";
}
