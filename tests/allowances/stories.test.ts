import { describe, expect, it } from "vitest";
import { breaks } from "./breaks.ts";
import { checkStory } from "./check-story.ts";
import { runStory } from "./run-story.ts";
import { toStory } from "./story.ts";

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

describe("allowances in stories of crashes, lost answers, races, late commits, stalls and clocks that are set", () => {
  it("are never overrun, and nothing of them leaks", async () => {
    const failures: [seed: number, found: string[]][] = [];
    for (const seed of seeds) {
      const found = checkStory(await runStory(toStory(seed)));
      if (found.length > 0) failures.push([seed, found]);
    }
    // `node tests/allowances/main.ts --seed N` replays one.
    expect(failures).toEqual([]);
  }, 240_000);

  it.each([1, 8, 64])(
    "are used up to the last and not beyond by %i instances that race",
    async (instances) => {
      const outcome = await runStory(
        toStory(7, {
          ...{ instances, requests: 1_500, busyMs: 30_000, hasFaults: false },
          user: { requests: "600/hour", activeTasks: 1_000_000 },
          tenant: { micros: "100000000/day", tokens: "100000000/month" },
        }),
      );
      expect(checkStory(outcome)).toEqual([]);
      expect(outcome.mostStranded()).toBeLessThanOrEqual(0.05);
      const requests = [...outcome.allowances.values()].find(({ measure }) => measure === "requests");
      expect(requests?.spent).toBeLessThanOrEqual(600);
      expect(requests?.spent).toBeGreaterThanOrEqual(570);
    },
    60_000,
  );

  it("take the same course each time", async () => {
    const [one, two] = [await runStory(toStory(11)), await runStory(toStory(11))];
    expect([...one.operations]).toEqual([...two.operations]);
    expect([...one.allowances]).toEqual([...two.allowances]);
  });
});

describe("a story notices", () => {
  it.each(breaks.map((one) => [one.name, one] as const))(
    "%s",
    async (_, broken) => {
      let found: string[] = [];
      for (const seed of seeds) {
        found = checkStory(await runStory(toStory(seed), broken));
        if (found.length > 0) break;
      }
      expect(found).not.toEqual([]);
    },
    240_000,
  );
});
