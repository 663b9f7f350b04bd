import { expect } from "vitest";
import { expectSeen } from "../expectations.ts";
import type { Row } from "../row.ts";

export const contentRefused: Row = {
  name: "content_policy_violation",
  provider: "answers 400 `content_policy_violation`",
  conea: "neither retries nor shops around; passes the reason on as a clean error",
  check: ({ door, open }) =>
    open({ primary: "fault-400-policy" }, async (world) => {
      const got = await door.ask(world);
      expect(got).toMatchObject({ text: "", error: { code: "provider_content_refused" } });
      expect(got.error?.message).toMatch(/refused the content/);
      if (got.error?.status) expect(got.error.status).toBe(400);
      expectSeen(world, { primary: 1, fallback: 0 });
    }),
};
