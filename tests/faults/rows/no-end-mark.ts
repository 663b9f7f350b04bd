import { expect } from "vitest";
import { expectSeen, expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

const promptlyMs = 5_000;

export const noEndMark: Row = {
  name: "no [DONE]",
  provider: "ends the stream without `[DONE]`",
  conea: "finishes promptly, with usage",
  check: ({ door, open }) =>
    open({ primary: "fault-no-end-mark" }, async (world) => {
      const got = await door.ask(world);
      expectWhole(got);
      expect(got.usage).toEqual({ input: 7, output: 60 });
      expect(got.tookMs).toBeLessThan(promptlyMs);
      expectSeen(world, { primary: 1, fallback: 0 });
    }),
};
