import { describe, expect, it } from "vitest";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { price } from "../../shared/tasks/allowance-use.fixture.ts";
import { json, openApi } from "./api.fixture.ts";

const user = (limits: object) => ({ allowances: { roles: { user: limits } }, model: { price } });

describe("POST /v1/tasks", () => {
  it("tells how the allowances stand that it has drawn on, and with a repeated key of none", async () => {
    const { submit } = await openApi(user({ requests: "3/hour", activeTasks: 2 }));
    const headers = { "Idempotency-Key": "once" };
    const first = await submit({}, { headers });
    expect(first.status).toBe(202);
    expect(first.headers.get("RateLimit-Policy")).toBe(
      '"user-requests-hour";q=3;w=3600, "user-activeTasks";q=2;qu="concurrent-requests"',
    );
    expect(first.headers.get("RateLimit")).toMatch(
      /^"user-requests-hour";r=2;t=\d+, "user-activeTasks";r=1$/,
    );
    const again = await submit({}, { headers });
    expect(again.headers.get("Idempotent-Replayed")).toBe("true");
    expect(again.headers.has("RateLimit")).toBe(false);
  });

  it("refuses with 429, when to come again, and what is left", async () => {
    const { submit } = await openApi(user({ requests: "1/hour" }));
    await submit();
    const answer = await submit();
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(answer.headers.get("RateLimit")).toContain("r=0");
    expect(await json(answer)).toMatchObject({
      code: "rate_limited",
      detail: expect.stringContaining("has 0 left. It renews at 2026-01-01T01:00:00.000Z."),
    });
  });

  it("refuses with 402 what no money is left for", async () => {
    const { submit } = await openApi(user({ micros: "100/month" }));
    const answer = await submit();
    expect(answer.status).toBe(402);
    expect(answer.headers.get("RateLimit-Policy")).toContain('"user-micros-month";q=100;qu="micro-dollars"');
    expect(await json(answer)).toMatchObject({ code: "allowance_exhausted" });
  });

  it("shows nothing of what is kept for it in the task", async () => {
    const { submit, send } = await openApi(user({ micros: "1000000/month" }));
    const { id } = await json<{ id: string }>(await submit());
    const task = await json(await send(`/v1/tasks/${id}`));
    for (const name of ["reserved", "slices", "uppers", "outputCap", "unaccounted", "accounted"])
      expect(task).not.toHaveProperty(name);
  });
});

it("a replay draws on the allowances of whoever asks for it", async () => {
  const provider = {
    chat: async () => {
      throw new ProviderError("authentication");
    },
  };
  const { submit, send, clock } = await openApi({ ...user({ requests: "2/hour" }), provider });
  const { id } = await json<{ id: string }>(await submit());
  await clock.advance(5_000);
  const replay = () => send(`/v1/tasks/${id}/replay`, { method: "POST", body: {} });
  const first = await replay();
  expect([first.status, first.headers.get("RateLimit")]).toMatchObject([202, expect.stringContaining("r=0")]);
  await clock.advance(5_000);
  expect((await replay()).status).toBe(429);
});
