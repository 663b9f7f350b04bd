import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import type { Event } from "../api/events.ts";
import { toTime } from "../core/clock.ts";
import {
  changeEndpoint,
  deleteEndpoint,
  enableEndpoint,
  pauseEndpoint,
  rotateSecret,
} from "./change-endpoint.ts";
import { driveReplays } from "./drive-replays.ts";
import { pingEndpoint } from "./ping-endpoint.ts";
import { describeEndpoint } from "./read-endpoints.ts";
import { replayDelivery } from "./replay-delivery.ts";
import { toPublicKey } from "./signing-keys.ts";
import { findReplay, startReplay } from "./start-replay.ts";
import { sweepWebhooks } from "./sweep-webhooks.ts";
import { verifyMessage } from "./verify-message.ts";
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

describe("a secret", () => {
  const sign = (secret: string, arrival: Test["arrivals"][number]) =>
    new Webhook(secret).sign(arrival.id, new Date(arrival.at), arrival.outgoing.body);

  it("that was replaced signs beside the new one until its time is up", async () => {
    const test = await openTestWebhooks();
    const { id, secret: old } = await test.add(url);
    const { shown: fresh } = await rotateSecret(test.deps, root, id, { overlapHours: 2 });
    const signaturesAt = async () => {
      await test.publish();
      await test.clock.advance(6_000);
      const arrival = test.at(url).at(-1);
      if (!arrival) throw new Error("nothing arrived");
      const sent = arrival.outgoing.headers["webhook-signature"]?.split(" ");
      return { sent, both: [sign(fresh, arrival), sign(old, arrival)] };
    };
    const during = await signaturesAt();
    expect(during.sent).toEqual(during.both);
    await test.clock.advance(2 * hourMs);
    const after = await signaturesAt();
    expect(after.sent).toEqual(after.both.slice(0, 1));
  });

  it("is revoked at once with no overlap", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    await rotateSecret(test.deps, root, id, { overlapHours: 24 });
    await rotateSecret(test.deps, root, id, { overlapHours: 0 });
    expect((await test.endpoint(id)).secrets).toHaveLength(1);
  });

  it("is one of five at most", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    for (let n = 0; n < 4; n++) await rotateSecret(test.deps, root, id, { overlapHours: 24 });
    await expect(rotateSecret(test.deps, root, id, { overlapHours: 24 })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("of Ed25519 is shown as its public key, which verifies what arrives", async () => {
    const test = await openTestWebhooks();
    const { secret, signature } = await test.add(url, undefined, { signature: "ed25519" });
    expect([signature, secret.slice(0, 5)]).toEqual(["ed25519", "whpk_"]);
    await test.publish();
    await test.clock.advance(100);
    const { headers = {}, body = "" } = test.at(url)[0]?.outgoing ?? {};
    const received = { headers: new Headers(headers), body: Buffer.from(body) };
    expect(verifyMessage(received, [secret], startMs)).toBeDefined();
    expect(() => toPublicKey(secret)).toThrow();
  });
});

describe("a replay", () => {
  it("of one delivery has all tries before it, under the same id", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, (_, n) => (n <= 10 ? { status: 500 } : {}));
    await test.publish();
    await test.clock.advance(90 * hourMs);
    const [failed] = await test.deliveries(id);
    await replayDelivery(test.deps, root, id, failed?.id ?? "");
    await expect(replayDelivery(test.deps, root, id, failed?.id ?? "")).rejects.toMatchObject({
      code: "conflict",
    });
    await test.clock.advance(100_000);
    expect(await test.deliveries(id)).toMatchObject([{ state: "succeeded", attemptCount: 11, tries: 1 }]);
    expect(new Set(test.at(url).map((arrival) => arrival.id)).size).toBe(1);
  });

  it("of everything sends each once more, at half the endpoint's rate, whoever drives it", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url, undefined, { ratePerSecond: 20 });
    for (let n = 0; n < 250; n++) {
      await test.publish();
      await test.clock.advance(100);
    }
    await test.clock.advance(60_000);
    expect(test.at(url)).toHaveLength(250);
    const request = { since: toTime(startMs + 5_000), onlyFailed: false };
    const replay = await startReplay(test.deps, root, id, request, "key-1");
    expect((await startReplay(test.deps, root, id, request, "key-1")).id).toBe(replay.id);
    await Promise.all([1, 2, 3].map(() => driveReplays(test.deps, id)));
    expect(await findReplay(test.deps, root, id, replay.id)).toMatchObject({
      ...{ state: "completed", total: 200, scanned: 200, replayed: 200 },
    });
    const from = test.clock.now();
    await test.publish();
    await test.clock.advance(60_000);
    const again = test.at(url).slice(250);
    expect(again).toHaveLength(201);
    // What happens now does not wait behind the past.
    expect(
      again.findIndex(
        (arrival) =>
          !test
            .at(url)
            .slice(0, 250)
            .some((one) => one.id === arrival.id),
      ),
    ).toBeLessThan(20);
    expect((again.at(-1)?.at ?? 0) - from).toBeGreaterThan(19_000);
  });

  it("is taken up by the sweep where its wake was lost", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add(url);
    await pauseEndpoint(test.deps, root, id);
    await test.publish();
    await enableEndpoint(test.deps, root, id);
    const wakes = { slotMs: 0, ensure: async () => undefined };
    await test.clock.advance(10);
    await startReplay({ ...test.deps, wakes }, root, id, { since: toTime(startMs), onlyFailed: true });
    await test.clock.advance(1_000);
    expect(test.at(url)).toHaveLength(0);
    expect(await sweepWebhooks(test.deps)).toMatchObject({ replays: 1 });
    await test.clock.advance(1_000);
    expect(test.at(url)).toHaveLength(1);
  });
});
