import { describe, expect, it } from "vitest";
import { toTime } from "../core/clock.ts";
import { enableEndpoint, pauseEndpoint } from "./change-endpoint.ts";
import { driveReplays } from "./drive-replays.ts";
import { replayDelivery } from "./replay-delivery.ts";
import { findReplay, startReplay } from "./start-replay.ts";
import { sweepWebhooks } from "./sweep-webhooks.ts";
import { openTestWebhooks, root, startMs } from "./webhooks.fixture.ts";

const url = "https://example.com/hooks";
const hourMs = 3_600_000;

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
