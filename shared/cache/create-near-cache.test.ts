import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { toCacheKey } from "./cache-key.ts";
import { createNearCache } from "./create-near-cache.ts";

const keyOf = (digest: string) =>
  toCacheKey("acme", { provider: "main", version: "1", type: "chat", digest });
const times = { keptAt: "2026-01-01T00:00:00.000Z", expiresAt: "2026-01-02T00:00:00.000Z" };
const answer = (text: string) => ({ ...times, result: { text, finishReason: "stop" as const } });
const vector = (length: number) => ({
  ...times,
  result: { embeddings: [{ index: 0, values: Array.from({ length }, () => 0.123_456_789) }] },
});

describe("createNearCache", () => {
  it("remembers an answer for a minute and no longer", async () => {
    const clock = createVirtualClock();
    const cache = createNearCache(clock);
    cache.set(keyOf("a"), answer("a"));
    await clock.advance(59_999);
    expect(cache.get(keyOf("a"))).toEqual(answer("a"));
    await clock.advance(1);
    expect(cache.get(keyOf("a"))).toBeUndefined();
  });

  it("forgets what was used longest ago once its bytes are used up", () => {
    const cache = createNearCache(createVirtualClock(), 6_000);
    for (const name of ["a", "b"]) cache.set(keyOf(name), answer("x".repeat(1_000)));
    cache.get(keyOf("a"));
    cache.set(keyOf("c"), answer("x".repeat(1_000)));
    expect(cache.get(keyOf("a"))).toBeDefined();
    expect(cache.get(keyOf("b"))).toBeUndefined();
  });

  it("does not take what alone is larger than its bounds, and measures vectors by their numbers", () => {
    const cache = createNearCache(createVirtualClock(), 6_000);
    cache.set(keyOf("a"), answer("x".repeat(10_000)));
    cache.set(keyOf("b"), vector(1_000));
    cache.set(keyOf("c"), vector(600));
    expect(["a", "b", "c"].map((name) => cache.get(keyOf(name)) !== undefined)).toEqual([false, false, true]);
  });
});
