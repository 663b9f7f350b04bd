import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { describe, expect, it } from "vitest";
import { toTime } from "../core/clock.ts";
import { enableEndpoint } from "./change-endpoint.ts";
import { deliveryDelaysMs } from "./delivery-schedule.ts";
import { replayDelivery } from "./replay-delivery.ts";
import { aTaskEvent, openTestWebhooks, root, startMs } from "./webhooks.fixture.ts";

const url = "https://example.com/hooks";
const hourMs = 3_600_000;

describe("a delivery", () => {
  it("arrives at once, signed so that standardwebhooks and svix verify it", async () => {
    const test = await openTestWebhooks();
    const { secret } = await test.add(url);
    const event = await test.publish();
    await test.clock.advance(10);
    const [arrival] = test.at(url);
    expect(arrival?.at).toBe(startMs);
    const { headers = {}, body = "" } = arrival?.outgoing ?? {};
    for (const Webhook of [StandardWebhook, SvixWebhook]) {
      const webhook = new Webhook(secret);
      // Their tolerance is five minutes of the real clock.
      const signature = webhook.sign(headers["webhook-id"] ?? "", new Date(startMs), body);
      expect(headers["webhook-signature"]).toBe(signature);
    }
    const { id, type, time, ...rest } = event;
    expect(JSON.parse(body)).toEqual({ type, timestamp: time, data: { eventId: id, ...rest } });
  });

  it("is kept with its attempt, and costs one write when it is made and one when it is sent", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ afterMs: 40, status: 201, text: "thanks" }));
    test.counts.clear();
    await test.publish();
    await test.clock.advance(100);
    expect(await test.deliveries(id)).toMatchObject([
      {
        state: "succeeded",
        attemptCount: 1,
        attempts: [{ n: 1, at: toTime(startMs), durationMs: 40, status: 201, answer: "thanks" }],
        deleteAt: toTime(startMs + 40 + 30 * 24 * hourMs),
      },
    ]);
    expect(test.counts.get("webhookDeliveries")).toMatchObject({ writes: 2 });
    expect(test.counts.get("webhookLines")).toMatchObject({ writes: 3 });
  });

  it("is made once, and sent once, of an event that comes three times", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    const event = aTaskEvent();
    for (const _ of [1, 2, 3]) await test.publish(event);
    await test.clock.advance(1_000);
    await test.publish(event);
    await test.clock.advance(1_000);
    expect(await test.deliveries(id)).toHaveLength(1);
    expect(test.at(url)).toHaveLength(1);
  });

  it("goes to endpoints that asked for its type, of its tenant, and to no others", async () => {
    const test = await openTestWebhooks();
    const filters = {
      all: ["*"],
      exact: ["task.accepted"],
      family: ["batch.*", "task.*"],
      other: ["task.dead"],
    };
    for (const [name, types] of Object.entries(filters))
      await test.add(`https://example.com/${name}`, undefined, { types });
    await test.publish();
    await test.publish(aTaskEvent(startMs, { tenant: "evil" }));
    await test.clock.advance(100);
    const got = test.arrivals.map((arrival) => arrival.url.split("/").at(-1)).sort();
    expect(got).toEqual(["all", "exact", "family"]);
  });

  it("is tried ten times by the schedule with the same id, then has failed", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ status: 500, text: "no", afterMs: 0 }));
    await test.publish();
    await test.clock.advance(90 * hourMs);
    const arrivals = test.at(url);
    expect(new Set(arrivals.map((arrival) => arrival.id)).size).toBe(1);
    const gaps = arrivals.slice(1).map(({ at }, index) => at - (arrivals[index]?.at ?? 0));
    for (const [index, gap] of gaps.entries()) {
      const wanted = deliveryDelaysMs[index + 1] ?? 0;
      expect(gap).toBeGreaterThanOrEqual(wanted);
      // The breaker may hold a try back for a minute, never for longer.
      expect(gap).toBeLessThan(wanted + 61_000);
    }
    expect(arrivals).toHaveLength(10);
    expect(await test.deliveries(id)).toMatchObject([
      { state: "failed", attemptCount: 10, tries: 10, endedAt: expect.any(String) },
    ]);
  });

  it("waits as long as the receiver asks, where that is longer than the schedule", async () => {
    const test = await openTestWebhooks();
    await test.add(url, (_, n) => (n === 1 ? { status: 503, retryAfter: "120" } : {}));
    await test.publish();
    await test.clock.advance(200_000);
    const [first, second] = test.at(url);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(120_000);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(121_000);
  });

  it.each([301, 302, 307, 400, 404, 500, 199])("that is answered %i has not arrived", async (status) => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ status }));
    await test.publish();
    await test.clock.advance(1_000);
    expect(await test.deliveries(id)).toMatchObject([{ state: "pending", attempts: [{ status }] }]);
  });

  it("that hangs is over after fifteen seconds, and is tried again", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, (_, n) => (n === 1 ? { hangs: true } : {}));
    await test.publish();
    await test.clock.advance(25_000);
    expect(await test.deliveries(id)).toMatchObject([
      { state: "succeeded", attempts: [{ failure: "timeout", durationMs: 15_000 }, { status: 200 }] },
    ]);
  });

  it("keeps its last twenty attempts through replays", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ status: 500 }));
    await test.publish();
    for (const _ of [1, 2, 3]) {
      await test.clock.advance(90 * hourMs);
      const [delivery] = await test.deliveries(id);
      await enableEndpoint(test.deps, root, id);
      await replayDelivery(test.deps, root, id, delivery?.id ?? "");
    }
    const [delivery] = await test.deliveries(id);
    expect(delivery?.attempts).toHaveLength(20);
    expect(delivery?.attempts.at(-1)?.n).toBe(delivery?.attemptCount);
  });
});
