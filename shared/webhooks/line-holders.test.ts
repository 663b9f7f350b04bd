import { describe, expect, it } from "vitest";
import { createLineRunner } from "./create-line-runner.ts";
import { deliveryPath } from "./delivery-document.ts";
import { fanOut } from "./fan-out.ts";
import { sweepWebhooks } from "./sweep-webhooks.ts";
import { webhooksQueue } from "./wake-line.ts";
import { aTaskEvent, openTestWebhooks, startMs } from "./webhooks.fixture.ts";

const url = "https://example.com/hooks";
/** Wakes that nobody hears. */
const deaf = { slotMs: 0, ensure: async () => undefined };

/** A second process beside the test's own. */
function openSecond(test: Awaited<ReturnType<typeof openTestWebhooks>>) {
  return createLineRunner({ ...test.deps, closing: new AbortController().signal });
}

describe("a line", () => {
  it("has one holder at a time, who also sends what came to others meanwhile", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, () => ({ afterMs: 3_000 }), { concurrency: 2 });
    const second = openSecond(test);
    await test.publish();
    await test.clock.advance(100);
    await fanOut({ ...test.deps, wakes: deaf }, aTaskEvent(startMs));
    await second.handleWake({ queue: webhooksQueue, endpoint: id, reason: "ready" });
    expect(test.at(url)).toHaveLength(1);
    await test.clock.advance(1_000);
    expect(test.at(url)).toHaveLength(2);
    await test.clock.advance(10_000);
    expect(test.at(url)).toHaveLength(2);
    expect(await test.line(id)).toMatchObject({ leaseUntil: 0 });
  });

  it("whose holder died goes to the next one once the lease has ended, and everything arrives", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    const dead = new Promise<never>(() => undefined);
    const dying = createLineRunner({ ...test.deps, send: () => dead, closing: new AbortController().signal });
    await fanOut({ ...test.deps, wakes: deaf }, aTaskEvent(startMs - 1));
    void dying.handleWake({ queue: webhooksQueue, endpoint: id, reason: "ready" });
    await test.clock.advance(1_000);
    await sweepWebhooks(test.deps);
    await test.clock.advance(30_000);
    expect(test.at(url)).toHaveLength(0);
    await test.clock.advance(30_000);
    await sweepWebhooks(test.deps);
    await test.clock.advance(1_000);
    expect(await test.deliveries(id)).toMatchObject([{ state: "succeeded" }]);
  });

  it("whose holder overslept takes nothing from it: its attempt counts for nothing", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    const answer = Promise.withResolvers<{
      status: number;
      text: string;
      isCut: boolean;
      durationMs: number;
    }>();
    const sleeper = createLineRunner({ ...test.deps, wakes: deaf, send: () => answer.promise });
    await fanOut({ ...test.deps, wakes: deaf }, aTaskEvent(startMs - 1));
    const asleep = sleeper.handleWake({ queue: webhooksQueue, endpoint: id, reason: "ready" });
    await test.clock.advance(61_000);
    await sweepWebhooks(test.deps);
    await test.clock.advance(1_000);
    expect(await test.deliveries(id)).toMatchObject([{ state: "succeeded", attemptCount: 1 }]);
    const before = [await test.line(id), await test.deliveries(id)];
    answer.resolve({ status: 500, text: "late", isCut: false, durationMs: 61_000 });
    await test.clock.advance(1_000);
    await asleep;
    expect([await test.line(id), await test.deliveries(id)]).toEqual(before);
  });

  it("is left to the sweep where its wake is lost, and waits no longer than that", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    await fanOut({ ...test.deps, wakes: deaf }, aTaskEvent(startMs - 1));
    await test.clock.advance(60_000);
    expect(test.at(url)).toHaveLength(0);
    expect(await sweepWebhooks(test.deps)).toMatchObject({ woken: 1, failed: 0 });
    await test.clock.advance(100);
    expect(await test.deliveries(id)).toMatchObject([{ state: "succeeded" }]);
    expect(await sweepWebhooks(test.deps)).toMatchObject({ woken: 0 });
  });

  it("of one endpoint hides none of another from the sweep", async () => {
    const test = await openTestWebhooks();
    const urls = ["a", "b", "c", "d"].map((name) => `https://example.com/${name}`);
    for (const one of urls) await test.add(one);
    for (const _ of urls) await fanOut({ ...test.deps, wakes: deaf }, aTaskEvent(startMs - 1));
    expect(await sweepWebhooks(test.deps)).toMatchObject({ woken: 4 });
    await test.clock.advance(1_000);
    expect(test.arrivals).toHaveLength(16);
  });

  it("keeps a rate in every second, also from one shift to the next", async () => {
    const test = await openTestWebhooks();
    await test.add(url, () => ({ afterMs: 20 }), { ratePerSecond: 5 });
    for (let n = 0; n < 60; n++) {
      await test.publish();
      await test.clock.advance(n % 7 === 0 ? 400 : 30);
    }
    await test.clock.advance(60_000);
    const times = test.at(url).map(({ at }) => at);
    expect(times).toHaveLength(60);
    for (const [index, at] of times.entries())
      expect((times[index + 5] ?? Infinity) - at).toBeGreaterThanOrEqual(1_000);
  });

  it("keeps to its endpoint's concurrency", async () => {
    const test = await openTestWebhooks();
    await test.add(url, () => ({ afterMs: 2_000 }), { ratePerSecond: 100, concurrency: 3 });
    for (let n = 0; n < 12; n++) await test.publish();
    await test.clock.advance(9_000);
    expect(test.mostOpen()).toBe(3);
    expect(test.at(url)).toHaveLength(12);
  });

  it("of a dead endpoint gets one call a minute, and everything once it is back", async () => {
    const test = await openTestWebhooks();
    let isDead = true;
    const { id } = await test.add(url, () => (isDead ? { status: 500 } : {}), { concurrency: 1 });
    for (let n = 0; n < 30; n++) await test.publish();
    await test.clock.advance(10_000);
    expect(test.at(url)).toHaveLength(5);
    await test.clock.advance(600_000);
    expect(test.at(url).length).toBeLessThanOrEqual(15);
    isDead = false;
    await test.clock.advance(3_600_000);
    expect((await test.deliveries(id)).map(({ state }) => state)).toEqual(Array(30).fill("succeeded"));
  });

  it("makes nothing of a fault on our side: no attempt is counted, and it goes on after a pause", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    let isBroken = true;
    const { send } = test.deps;
    const runner = createLineRunner({
      ...test.deps,
      send: (outgoing) => (isBroken ? Promise.reject(new Error("the sender is gone")) : send(outgoing)),
    });
    await fanOut({ ...test.deps, wakes: deaf }, aTaskEvent(startMs - 1));
    await runner.handleWake({ queue: webhooksQueue, endpoint: id, reason: "ready" });
    expect(await test.deliveries(id)).toMatchObject([{ state: "pending", attemptCount: 0 }]);
    isBroken = false;
    await test.clock.advance(9_000);
    expect(test.at(url)).toHaveLength(0);
    await test.clock.advance(2_000);
    expect(await test.deliveries(id)).toMatchObject([{ state: "succeeded", attemptCount: 1 }]);
  });

  it("sends again what the store did not keep, under the same id", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    let isDown = true;
    const documents = {
      ...test.deps.documents,
      commit: (writes: Parameters<typeof test.deps.documents.commit>[0]) =>
        isDown && writes.some(({ op, path }) => op === "update" && path.startsWith(deliveryPath("")))
          ? Promise.reject(new Error("the store is unavailable"))
          : test.deps.documents.commit(writes),
    };
    const runner = createLineRunner({ ...test.deps, documents });
    await fanOut({ ...test.deps, wakes: deaf }, aTaskEvent(startMs - 1));
    const run = runner.handleWake({ queue: webhooksQueue, endpoint: id, reason: "ready" });
    await test.clock.advance(5_000);
    await run;
    isDown = false;
    await test.clock.advance(20_000);
    expect(new Set(test.at(url).map((arrival) => arrival.id)).size).toBe(1);
    expect(test.at(url)).toHaveLength(2);
    expect(await test.deliveries(id)).toMatchObject([{ state: "succeeded", attemptCount: 1 }]);
  });
});
