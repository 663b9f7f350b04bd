import { expect } from "vitest";
import { expectSeen, expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

const asked = { primary: "fault-400-context", primaryEntry: { contextTokens: 8_192 } };

export const contextTooLong: Row = {
  name: "context_length_exceeded",
  provider: "answers 400 `context_length_exceeded`",
  conea: "never repeats it on that model; goes to a larger one if there is one",
  async check({ door, open }) {
    await open({ ...asked, fallbackEntry: { contextTokens: 200_000 } }, async (world) => {
      expectWhole(await door.ask(world));
      expectSeen(world, { primary: 1, fallback: 1 });
    });
    await open({ ...asked, fallbackEntry: { contextTokens: 4_096 } }, async (world) => {
      const got = await door.ask(world);
      expect(got).toMatchObject({ text: "", error: { code: "provider_context_too_long" } });
      if (got.error?.status) expect(got.error.status).toBe(400);
      expectSeen(world, { primary: 1, fallback: 0 });
    });
  },
};
