import { expect } from "vitest";
import { expectWhole, expectWholeOrError } from "../expectations.ts";
import type { Row } from "../row.ts";
import type { WorldOptions } from "../world.ts";

const canContinue = { abilities: { prefill: true } };
const cannotContinue = { abilities: { prefill: false } };

/** Whoever takes over finds the rest, be it by going on, by saying the joint again or by beginning anew. */
const rescues: Omit<WorldOptions, "primary">[] = [
  { fallback: "healthy-continues", fallbackEntry: canContinue },
  { fallback: "healthy-continues", fallbackEntry: canContinue, fallbackKind: "anthropic" },
  { fallback: "healthy-repeats", fallbackEntry: canContinue, fallbackKind: "anthropic" },
  { fallback: "healthy", fallbackEntry: cannotContinue },
];

/** Whoever takes over says something else, or begins anew where it was to go on, and is cut too. */
const losses: Omit<WorldOptions, "primary">[] = [
  { fallback: "healthy-rewords", fallbackEntry: cannotContinue },
  { fallback: "fault-cut-after-20", fallbackEntry: canContinue },
];

export const cut: Row = {
  name: "cut after 40 of 60 tokens",
  provider: "cuts the stream after 40 of 60 tokens",
  conea: "the whole answer, or a clear error; never a short answer called complete",
  async check({ door, open }) {
    for (const rescue of rescues) {
      await open({ primary: "fault-cut-after-40", ...rescue }, async (world) => {
        const got = await door.ask(world);
        expectWhole(got);
        expect(got.model).toBe(world.fallback);
        expect(world.seenBy(world.primary).length).toBeLessThanOrEqual(3);
      });
    }
    for (const worse of losses) {
      await open({ primary: "fault-cut-after-40", ...worse }, async (world) => {
        expectWholeOrError(await door.ask(world));
      });
    }
  },
};
