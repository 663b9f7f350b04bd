import { describe, expect, it } from "vitest";
import { totalCounts } from "../platform/count-documents.ts";
import type { Provider } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { sweep } from "../queue/sweep.ts";
import { openBounded, price, writesAll } from "./allowance-use.fixture.ts";
import { cancelTask } from "./change-task.ts";
import { aChat, admin, ann, bob, openTestConea } from "./conea.fixture.ts";
import { createConea } from "./create-conea.ts";
import { moveToDeadLetters } from "./move-to-dead-letters.ts";
import { replayTask } from "./replay-task.ts";
import { submitTask } from "./submit-task.ts";

const money = (micros: number) => ({ roles: { user: { micros: `${micros}/month` } } });

describe("submission", () => {
  it("reserves in the commit that creates the task, and settles with the truth", async () => {
    const { provider } = writesAll(7);
    const { submit, clock, read, settle } = await openBounded(money(100_000), { provider });
    const { task } = await submit();
    expect(task.reserved).toMatchObject([{ measure: "micros" }]);
    await clock.advance(5_000);
    const ended = await read(task.id);
    expect(ended).toMatchObject({ status: "succeeded", cost: { micros: 73, known: true } });
    expect(ended.reserved).toBeUndefined();
    expect(await settle("micros")).toEqual({ limit: 100_000, spent: 73, reserved: 0, slices: 0, total: 73 });
  });

  it("refuses with what is left and when it renews, after what is wrong with the request and before a full line", async () => {
    const test = await openBounded({ roles: { user: { requests: "2/hour" } } }, { queue: { maxReady: 1 } });
    await test.submit();
    await expect(test.submit()).rejects.toMatchObject({ code: "queue_full" });
    await test.submit(aChat({ notBefore: "2026-01-01T01:00:00Z" }));
    await expect(test.submit()).rejects.toMatchObject({ code: "rate_limited" });
    await expect(test.submit(aChat({ model: "nobody" }))).rejects.toMatchObject({ code: "unknown_model" });
    await expect(test.submit(aChat(), bob)).rejects.toMatchObject({ code: "queue_full" });
  });

  it("two requests that race for the last cent: one is accepted", async () => {
    const { provider } = writesAll();
    const limit = 7_000;
    const test = await openBounded(money(limit), { provider });
    const input = { messages: [{ role: "user" as const, content: "Hi" }], maxOutputTokens: 600 };
    const both = await Promise.allSettled([test.submit(aChat({ input })), test.submit(aChat({ input }))]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await test.clock.advance(5_000);
    const { spent, total } = await test.settle("micros");
    expect({ spent, total }).toEqual({ spent: 6_003, total: 6_003 });
  });

  it("reserves nothing more for a repeated Idempotency-Key, even where nothing is left", async () => {
    const test = await openBounded({ roles: { user: { requests: "1/hour" } } });
    const first = await test.submit(aChat(), ann, { idempotencyKey: "once" });
    const again = await test.submit(aChat(), ann, { idempotencyKey: "once" });
    expect(again).toMatchObject({ replayed: true, task: { id: first.task.id } });
    expect(await test.settle("requests")).toMatchObject({ spent: 1 });
  });

  it("gives back what a repetition had reserved", async () => {
    const test = await openBounded({ roles: { user: { requests: "9/hour", activeTasks: 9 } } });
    for (let count = 0; count < 3; count++) await test.submit(aChat(), ann, { idempotencyKey: "once" });
    await test.clock.advance(5_000);
    expect(await test.settle("requests")).toMatchObject({ spent: 1 });
    expect(await test.settle("activeTasks")).toMatchObject({ reserved: 0, total: 0 });
  });

  it("takes a request alone for what the cache answers", async () => {
    const { provider, calls } = writesAll(7);
    const allowances = { roles: { user: { micros: "100000/month", requests: "10/hour" } } };
    const test = await openBounded(allowances, { provider });
    const cached = aChat({ cache: { mode: "on" } } as never);
    await test.submit(cached);
    await test.clock.advance(5_000);
    const { task } = await test.submit(cached);
    expect(task).toMatchObject({ status: "succeeded", cache: "hit" });
    expect(task.reserved).toBeUndefined();
    expect(calls).toHaveLength(1);
    expect(await test.settle("micros")).toMatchObject({ spent: 73, reserved: 0 });
    expect(await test.settle("requests")).toMatchObject({ spent: 2 });
  });

  it("gives a place among the active back when a task ends", async () => {
    const test = await openBounded({ roles: { user: { activeTasks: 1 } } });
    await test.submit();
    await expect(test.submit()).rejects.toMatchObject({ code: "rate_limited" });
    await test.clock.advance(5_000);
    await expect(test.submit()).resolves.toMatchObject({ task: { status: "ready" } });
  });

  it("refuses a model whose price nobody knows, and says what to do", async () => {
    const test = await openBounded(money(1_000_000), { model: { price: undefined } });
    await expect(test.submit()).rejects.toMatchObject({
      code: "allowance_exhausted",
      message: expect.stringContaining("Set its price"),
    });
  });
});

describe("a call", () => {
  it("streaming past the limit: its vendor is told what was reserved, and one that goes on is cut off there", async () => {
    const told: (number | undefined)[] = [];
    const provider: Provider = {
      async chat({ input, onText, signal }) {
        told.push(input.maxOutputTokens);
        for (let piece = 0; piece < 100_000 && !signal.aborted; piece++) onText?.("word ");
        const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 100_000 };
        return { result: { text: "far too much", finishReason: "stop" as const }, usage };
      },
    };
    const limit = 5_000;
    const test = await openBounded(money(limit), { provider });
    const { task } = await test.submit(aChat({ stream: true }));
    await test.clock.advance(5_000);
    const [cap = 0] = told;
    expect(cap).toBeGreaterThanOrEqual(256);
    expect(cap).toBeLessThan(500);
    const ended = await test.read(task.id);
    expect(ended).toMatchObject({ status: "succeeded", result: { finishReason: "length" } });
    expect(ended.usage.outputTokens).toBe(cap);
    expect((ended.result as { text: string }).text).toHaveLength("word ".length * (cap + 1));
    const { spent } = await test.settle("micros");
    expect(spent).toBe(ended.cost.micros);
    expect(spent).toBeLessThanOrEqual(limit);
  });

  it("does not show what its vendor is told in the task's input", async () => {
    const { provider, calls } = writesAll(7);
    const test = await openBounded(money(5_000), { provider });
    const { task } = await test.submit();
    await test.clock.advance(5_000);
    expect(calls[0]?.input.maxOutputTokens).toBeLessThan(500);
    expect((await test.read(task.id)).input).not.toHaveProperty("maxOutputTokens");
  });
});

describe("further attempts", () => {
  const dear = { inputMicros: 1_000_000, cachedInputMicros: 1_000_000, outputMicros: 100_000_000 };
  const overloaded = async () => {
    throw new ProviderError("overloaded");
  };
  const input = { messages: [{ role: "user" as const, content: "Hi" }], maxOutputTokens: 300 };

  it("a fallback past the limit is not taken: the task ends with its last error", async () => {
    const { provider: second, calls } = writesAll();
    const options = {
      provider: { chat: overloaded },
      second: true,
      secondProvider: second,
      secondModel: { price: dear },
    };
    const test = await openBounded(money(4_000), { ...options, model: { fallbacks: ["n"] } });
    const { task } = await test.submit(aChat({ model: "m", input }));
    await test.clock.advance(300_000);
    expect(await test.read(task.id)).toMatchObject({
      status: "dead",
      error: { code: "provider_overloaded" },
    });
    expect(calls).toHaveLength(0);
    expect(await test.settle("micros")).toMatchObject({ spent: 0, reserved: 0, slices: 0 });
  });

  it("a dearer fallback draws on the same reservation, which is extended by the difference", async () => {
    const { provider: second, calls } = writesAll();
    const options = {
      provider: { chat: overloaded },
      second: true,
      secondProvider: second,
      secondModel: { price: dear },
    };
    const test = await openBounded(money(1_000_000), { ...options, model: { fallbacks: ["n"] } });
    const { task } = await test.submit(aChat({ model: "m", input }));
    const before = task.reserved?.[0]?.amount ?? 0;
    await test.clock.advance(300_000);
    expect(calls[0]?.input.maxOutputTokens).toBe(300);
    const ended = await test.read(task.id);
    expect(ended).toMatchObject({ status: "succeeded", cost: { micros: 30_003 } });
    expect(before).toBeLessThan(30_003);
    expect(await test.settle("micros")).toMatchObject({ spent: 30_003, reserved: 0, slices: 0 });
  });

  it("a retry after a call that was charged is paid from what is left, or not made", async () => {
    let calls = 0;
    const provider = {
      async chat({ onText }: { onText?: (text: string) => void }) {
        calls += 1;
        onText?.("x".repeat(900));
        throw new ProviderError("connection");
      },
    };
    const test = await openBounded(money(4_000), { provider });
    const { task } = await test.submit(aChat({ model: "m", input, stream: true }));
    await test.clock.advance(300_000);
    const ended = await test.read(task.id);
    expect(ended).toMatchObject({ status: "dead", error: { code: "provider_connection" } });
    expect(calls).toBe(1);
    const { spent } = await test.settle("micros");
    expect(spent).toBe(ended.cost.micros);
  });
});

describe("an end", () => {
  it("gives back what a task that was cancelled, expired or laid aside had reserved", async () => {
    const test = await openBounded(money(1_000_000));
    const later = { notBefore: "2026-01-01T02:00:00Z" };
    const [one, two] = [await test.submit(aChat(later)), await test.submit(aChat(later))];
    await test.submit(aChat({ ...later, expiresInSeconds: 30 }));
    await cancelTask({ ...test.conea, abort: test.conea.runner.abort }, ann, one.task.id);
    await moveToDeadLetters(test.conea, ann, two.task.id);
    await test.clock.advance(60_000);
    await sweep(test.conea);
    expect(await test.settle("micros")).toMatchObject({ spent: 0, reserved: 0, slices: 0 });
  });

  it("a replay reserves anew, for whoever asked for it", async () => {
    const { provider } = writesAll(7);
    let isBroken = true;
    const broken: typeof provider = {
      chat: async (call) => {
        if (isBroken) throw new ProviderError("authentication");
        return provider.chat?.(call) ?? Promise.reject(new Error("no chat"));
      },
    };
    const allowances = { roles: { user: { micros: "100000/month" }, admin: { micros: "100000/month" } } };
    const test = await openBounded(allowances, { provider: broken });
    const { task } = await test.submit();
    await test.clock.advance(5_000);
    expect(await test.read(task.id)).toMatchObject({ status: "failed" });
    isBroken = false;
    const { task: again } = await replayTask(test.conea, admin, task.id);
    expect(again.reserved).toMatchObject([{ measure: "micros" }]);
    await test.clock.advance(60_000);
    expect(await test.read(task.id)).toMatchObject({ status: "succeeded" });
    await test.settle("micros");
    const all = await test.readAll("micros");
    expect(Object.fromEntries(all.map(({ scopeId, spent }) => [scopeId, spent]))).toEqual({
      ann: 0,
      root: 73,
    });
  });

  it("a restart that forgets nothing: what was reserved and spent before it still counts", async () => {
    const { provider } = writesAll();
    const limit = 7_000;
    const test = await openBounded(money(limit), { provider });
    const input = { messages: [{ role: "user" as const, content: "Hi" }], maxOutputTokens: 600 };
    const { task } = await test.submit(aChat({ input, notBefore: "2026-01-01T00:30:00Z" }));
    // The process is gone with all that it remembers; another one starts.
    const { config, log, providers, closing } = test.conea;
    const platform = { ...test.embedded.platform };
    const second = createConea({ platform, config, log, providers, closing });
    await expect(submitTask(second, ann, aChat({ input }))).rejects.toMatchObject({
      code: "allowance_exhausted",
    });
    await test.clock.advance(3_600_000);
    await sweep(second);
    expect(await test.read(task.id)).toMatchObject({ status: "succeeded" });
    expect(await test.settle("micros")).toMatchObject({ spent: 6_003, reserved: 0, slices: 0 });
    await expect(submitTask(second, ann, aChat({ input }))).rejects.toMatchObject({
      code: "allowance_exhausted",
    });
  });
});

it("costs nothing where nothing is bounded, and where requests are, a read and a write for each slice", async () => {
  const run = async (allowances: object | undefined) => {
    const test = await openTestConea({ ...(allowances && { allowances }), model: { price } });
    await test.submit();
    await test.clock.advance(1_000);
    test.counts.clear();
    for (let count = 0; count < 100; count++) await test.submit(aChat({ notBefore: "2026-01-01T05:00:00Z" }));
    return totalCounts(test.counts);
  };
  const before = await run(undefined);
  const bounded = await run({ roles: { user: { requests: "10000/hour" } } });
  expect(before.reads).toBe(0);
  expect(bounded.reads - before.reads).toBeLessThanOrEqual(8);
  expect(bounded.writes - before.writes).toBeLessThanOrEqual(8);
});
