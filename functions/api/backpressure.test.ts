import { describe, expect, it } from "vitest";
import { json, openApi } from "./api.fixture.ts";

describe("a full line", () => {
  it("refuses with 429 and a Retry-After from the queue's rate, and takes tasks again once it is shorter", async () => {
    const { submit, clock } = await openApi({ queue: { maxReady: 3 }, limits: { requests: "1/min" } });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index++) {
      statuses.push((await submit()).status);
      await clock.advance(0);
    }
    expect(statuses).toEqual([202, 202, 202, 202, 429]);
    const refused = await submit();
    expect(await json(refused)).toMatchObject({ code: "queue_full", status: 429 });
    expect(Number(refused.headers.get("retry-after"))).toBe(61);
    await clock.advance(61_100);
    expect((await submit()).status).toBe(202);
  });

  it("still answers an Idempotency-Key whose task exists, and no other", async () => {
    const { submit } = await openApi({
      queue: { maxReady: 1, strict: true },
      limits: { requests: "1/hour" },
    });
    const first = await submit({ priority: 0 }, { headers: { "Idempotency-Key": "a" } });
    await submit({ priority: 1 });
    const again = await submit({ priority: 0 }, { headers: { "Idempotency-Key": "a" } });
    expect([first.status, again.status, again.headers.get("idempotent-replayed")]).toEqual([
      202,
      202,
      "true",
    ]);
    expect((await submit({}, { headers: { "Idempotency-Key": "a" } })).status).toBe(422);
    expect((await submit({}, { headers: { "Idempotency-Key": "b" } })).status).toBe(429);
  });
});
