import { describe, expect, it } from "vitest";
import { breaks } from "./breaks.ts";
import { findViolations } from "./find-violations.ts";
import { runSeed } from "./run-seed.ts";

const seeds = Array.from({ length: 8 }, (_, index) => index + 1);
/** The first of these shows it, in most cases. */
const mostTried = 30;

describe("webhooks, simulated", () => {
  it.each(seeds)(
    "keep every promise through crashes, faults and receivers of all kinds (seed %i)",
    async (seed) => {
      expect(findViolations(await runSeed(seed))).toEqual([]);
    },
    60_000,
  );

  it.each(Object.entries(breaks))(
    "are seen to break where %s",
    async (_, broken) => {
      const { seed: first = 1 } = broken;
      for (let seed = first; seed < first + mostTried; seed++)
        if (findViolations(await runSeed(seed, broken)).length > 0) return;
      expect.fail(`no violation in ${mostTried} seeds`);
    },
    120_000,
  );
});
