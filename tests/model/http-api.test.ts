import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { json } from "../../functions/api/api.fixture.ts";
import type { Task } from "../../shared/api/task.ts";
import { type ModelWorld, openModelWorld } from "./model-world.ts";
import { anyStep, type Person, type Step } from "./steps.ts";
import { expectKeys } from "./take-key-step.ts";
import { takeStep } from "./take-step.ts";

/** A call that nobody answers is given up after 300 s: a sequence ends before. */
const longestSeconds = 280;

/** Both tenants' administrators see exactly the tasks there are, each in its status, priority and place. */
async function expectSame({ send, reference, keyOf }: ModelWorld): Promise<void> {
  for (const who of ["root", "eve"] satisfies Person[]) {
    const answer = await send("/v1/tasks?limit=100", { key: keyOf(who) });
    const { items } = await json<{ items: Task[] }>(answer);
    const seen = items.map(({ id, status, priority }) => ({ id, status, priority }));
    expect(seen).toEqual(
      reference.visible(who).map(({ id, status, priority }) => ({ id, status, priority })),
    );
  }
}

async function run(steps: Step[]): Promise<void> {
  const world = await openModelWorld();
  for (const [count, step] of steps.entries()) {
    if (world.reference.queue.now() > longestSeconds - 80) return;
    await takeStep(world, step, count);
    await world.rest();
    await expectSame(world);
    await expectKeys(world);
  }
}

describe("the HTTP interface", () => {
  it("answers any sequence of calls, outcomes and waits as a small reference does", async () => {
    const property = fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 40, size: "max" }), run);
    await fc.assert(property, { numRuns: 250 });
  });
});
