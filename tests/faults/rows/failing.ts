import { expect } from "vitest";
import { readTask } from "../doors/tasks-door.ts";
import { expectSeen, expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

export const failing: Row = {
  name: "fails always",
  provider: "fails always, the fallback answers",
  conea:
    "the answer names the fallback's model and carries its usage; failed attempts are on record and not billed as completions",
  check: ({ door, open }) =>
    open({ primary: "fault-500" }, async (world) => {
      const got = await door.ask(world);
      expectWhole(got);
      expect(got).toMatchObject({ model: world.fallback, usage: { input: 100, output: 60 } });
      expectSeen(world, { fallback: 1 });
      const { attempts, usage } = await readTask(world, got.taskId);
      const failed = attempts.filter(({ outcome }) => outcome === "failed");
      expect(failed).toHaveLength(world.seenBy(world.primary).length);
      expect(failed.length).toBeGreaterThan(0);
      for (const { model, error, usage } of failed) {
        expect([model, usage]).toEqual([world.primary, undefined]);
        expect(error?.code).toBe("provider_overloaded");
      }
      expect(usage).toEqual({ inputTokens: 100, cachedInputTokens: 0, outputTokens: 60 });
    }),
};
