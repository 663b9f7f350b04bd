import { describe, expect, it } from "vitest";
import type { Event } from "../api/events.ts";
import { toTime } from "../core/clock.ts";
import { changeEndpoint, deleteEndpoint, enableEndpoint, pauseEndpoint } from "./change-endpoint.ts";
import { pingEndpoint } from "./ping-endpoint.ts";
import { describeEndpoint } from "./read-endpoints.ts";
import { findReplay, startReplay } from "./start-replay.ts";
import { sweepWebhooks } from "./sweep-webhooks.ts";
import { openTestWebhooks, root, startMs } from "./webhooks.fixture.ts";

const url = "https://example.com/hooks";
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Test = Awaited<ReturnType<typeof openTestWebhooks>>;

async function passDays(test: Test, days: number): Promise<void> {
  for (let hours = 0; hours < days * 24; hours++) {
    await test.clock.advance(hourMs);
    await sweepWebhooks(test.deps);
  }
}

const toldOf = (events: Event[]) =>
  events.flatMap((event) =>
    event.type.startsWith("endpoint.") && "endpoint" in event
      ? [`${event.sequence} ${event.type} ${event.endpoint.percent ?? ""}`.trim()]
      : [],
  );

describe("an endpoint", () => {
  it("is warned of at 50, 75 and 90 % of five days without a success, then disabled, each told once", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ status: 500 }));
    for (let day = 0; day < 6; day++) {
      await test.publish();
      await passDays(test, 1);
    }
    expect(toldOf(test.events)).toEqual([
      "1 endpoint.warning 50",
      "2 endpoint.warning 75",
      "3 endpoint.warning 90",
      "4 endpoint.disabled",
    ]);
    const [half, , , disabled] = test.events.filter(({ type }) => type.startsWith("endpoint."));
    expect(half?.time).toBe(toTime(startMs + 2.5 * dayMs + hourMs));
    expect(disabled?.time).toBe(toTime(startMs + 5 * dayMs + hourMs));
    const endpoint = await test.endpoint(id);
    expect(endpoint).toMatchObject({
      state: "disabled",
      reason: "nothing was delivered to it for five days",
    });
    expect(await test.line(id)).not.toHaveProperty("failingSince");
    const states = (await test.deliveries(id)).map(({ state }) => state);
    expect(states).not.toContain("pending");
    expect(states).toContain("held");
    const sent = test.at(url).length;
    await test.publish();
    await passDays(test, 1);
    expect(test.at(url)).toHaveLength(sent);
  });

  it("that takes anything in between starts anew", async () => {
    const test = await openTestWebhooks();
    let isWell = false;
    const { id } = await test.add(url, () => (isWell ? {} : { status: 500 }));
    await test.publish();
    await passDays(test, 4);
    isWell = true;
    await test.publish();
    await passDays(test, 1);
    isWell = false;
    await test.publish();
    await passDays(test, 4);
    expect((await test.endpoint(id)).state).toBe("enabled");
    expect(toldOf(test.events)).toEqual([
      "1 endpoint.warning 50",
      "2 endpoint.warning 75",
      "3 endpoint.warning 50",
      "4 endpoint.warning 75",
    ]);
  });

  it("tells its administrators since when it fails and when it will be disabled", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ status: 500 }));
    await test.publish();
    await test.clock.advance(1_000);
    expect(await describeEndpoint(test.deps, await test.endpoint(id))).toMatchObject({
      failingSince: toTime(startMs + 5),
      disablesAt: toTime(startMs + 5 + 5 * dayMs),
    });
  });

  it("that answers 410 is disabled at once, and what was on its way is held", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, (_, n) => ({ status: n === 1 ? 500 : 410 }), { ratePerSecond: 1 });
    for (let n = 0; n < 4; n++) await test.publish();
    // The first one is due again in five seconds.
    await test.clock.advance(3_000);
    expect(test.at(url)).toHaveLength(2);
    expect(await test.endpoint(id)).toMatchObject({ state: "disabled", reason: "it answered 410 Gone" });
    expect(toldOf(test.events)).toEqual(["1 endpoint.disabled"]);
    expect((await test.deliveries(id)).map(({ state }) => state).sort()).toEqual([
      ...["failed", "held", "held", "held"],
      // Of its own end.
      "held",
    ]);
  });

  it("keeps what comes while it is paused, and sends it when it is replayed", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    await pauseEndpoint(test.deps, root, id);
    for (let n = 0; n < 3; n++) await test.publish();
    await test.clock.advance(hourMs);
    expect(test.at(url)).toHaveLength(0);
    expect((await test.deliveries(id)).map(({ state }) => state)).toEqual(["held", "held", "held"]);
    await enableEndpoint(test.deps, root, id);
    await test.publish();
    await test.clock.advance(1_000);
    expect(test.at(url)).toHaveLength(1);
    const replay = await startReplay(test.deps, root, id, { since: toTime(startMs), onlyFailed: true });
    expect(replay).toMatchObject({ total: 3, state: "running" });
    await test.clock.advance(5_000);
    expect(test.at(url)).toHaveLength(4);
    expect(await findReplay(test.deps, root, id, replay.id)).toMatchObject({
      ...{ state: "completed", total: 3, scanned: 3, replayed: 3 },
    });
  });

  it("that is paused amid a shift gets nothing five seconds later", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ afterMs: 100 }), { ratePerSecond: 1, concurrency: 1 });
    for (let n = 0; n < 30; n++) await test.publish();
    await test.clock.advance(3_500);
    await pauseEndpoint(test.deps, root, id);
    await test.clock.advance(60_000);
    expect(test.at(url).length).toBeLessThanOrEqual(9);
    await sweepWebhooks(test.deps);
    await test.clock.advance(1_000);
    expect((await test.deliveries(id)).filter(({ state }) => state === "pending")).toEqual([]);
  });

  it("that is deleted gets nothing more, and what was on its way has failed", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ status: 500 }));
    await test.publish();
    await test.clock.advance(1_000);
    await deleteEndpoint(test.deps, root, id);
    await test.publish();
    await test.clock.advance(hourMs);
    expect(test.at(url)).toHaveLength(1);
    expect(await test.deliveries(id)).toMatchObject([{ state: "failed" }]);
  });

  it("gets a ping, which nobody else gets", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, undefined, { types: ["batch.*"] });
    await test.add("https://example.com/other");
    await pingEndpoint(test.deps, root, id);
    await test.clock.advance(100);
    expect(test.arrivals.map((arrival) => arrival.url)).toEqual([url]);
    expect(JSON.parse(test.arrivals[0]?.outgoing.body ?? "")).toMatchObject({
      type: "endpoint.ping",
      data: { endpoint: { id, url } },
    });
    await pauseEndpoint(test.deps, root, id);
    await expect(pingEndpoint(test.deps, root, id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("is sent its own headers, changed when they are", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, undefined, { headers: { Authorization: "Bearer x", "X-Team": "a" } });
    await test.publish();
    await test.clock.advance(100);
    await changeEndpoint(test.deps, root, id, { headers: { "X-Team": "b" } });
    await test.publish();
    await test.clock.advance(10_000);
    await changeEndpoint(test.deps, root, id, { headers: {} });
    await test.publish();
    await test.clock.advance(10_000);
    const sent = test.at(url).map(({ outgoing: { headers } }) => [headers.authorization, headers["x-team"]]);
    expect(sent).toEqual([
      ["Bearer x", "a"],
      [undefined, "b"],
      [undefined, undefined],
    ]);
    expect(JSON.stringify(await test.endpoint(id))).not.toContain("Bearer");
  });
});
