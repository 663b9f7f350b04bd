import { describe, expect, it } from "vitest";
import type { ProviderAnswer } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { type QueueDocument, queuePath } from "../queue/queue-document.ts";
import { cancelTask } from "./change-task.ts";
import { aChat, ann, openTestConea, type TestOptions } from "./conea.fixture.ts";

const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
const answer: ProviderAnswer<"chat"> = { result: { text: "ok", finishReason: "stop" }, usage };

/** A provider that is down until told otherwise, and notes when it was called. */
async function openDown(options: TestOptions = {}) {
  const calls: number[] = [];
  let isDown = true;
  const test = await openTestConea({
    breaker: { openMs: 60_000 },
    ...options,
    provider: {
      async chat() {
        calls.push(test.clock.now() - start);
        if (isDown) throw new ProviderError("overloaded");
        return answer;
      },
    },
  });
  const start = test.clock.now();
  const breaker = async () =>
    (await test.conea.documents.get<QueueDocument>(queuePath("main")))?.data.breaker.state;
  return { ...test, calls, breaker, mend: () => (isDown = false) };
}

describe("the breaker", () => {
  it("opens after five failures in a row, calls nothing while open, and loses nothing", async () => {
    const { submit, read, clock, calls, breaker, mend } = await openDown({ retry: { attempts: 20 } });
    const { task } = await submit();
    await clock.advance(30_000);
    expect(calls).toHaveLength(5);
    expect(await breaker()).toBe("open");
    const others = await Promise.all([submit(), submit()]);
    await clock.advance(20_000);
    expect(calls).toHaveLength(5);
    mend();
    await clock.advance(90_000);
    for (const { id } of [task, ...others.map((other) => other.task)]) {
      expect((await read(id)).status).toBe("succeeded");
    }
    expect(await breaker()).toBe("closed");
  });

  it("lets one probe through at a time, and opens again when it fails", async () => {
    const { submit, clock, calls, breaker } = await openDown({ retry: { attempts: 20, maxMs: 1_000 } });
    for (let index = 0; index < 8; index++) await submit();
    await clock.advance(10_000);
    const before = calls.length;
    await clock.advance(60_000);
    expect(calls.length - before).toBe(1);
    expect(await breaker()).toBe("open");
  });

  it("does not open for refusals of the request, nor for being told to slow down", async () => {
    const kinds = ["invalid_request", "rate_limited", "content_refused", "context_too_long"] as const;
    let calls = 0;
    const test = await openTestConea({
      provider: { chat: () => Promise.reject(new ProviderError(kinds[calls++ % 4] ?? "unknown")) },
    });
    for (let index = 0; index < 20; index++) await test.submit();
    await test.clock.advance(60_000);
    const queue = await test.conea.documents.get<QueueDocument>(queuePath("main"));
    expect(queue?.data.breaker.state).toBe("closed");
  });

  it("sends the best ready task as the probe", async () => {
    const { submit, read, clock, mend } = await openDown({ retry: { attempts: 1 } });
    for (let index = 0; index < 5; index++) await submit();
    await clock.advance(1_000);
    const worse = await submit(aChat({ priority: 7 }));
    const better = await submit(aChat({ priority: 1 }));
    mend();
    await clock.advance(61_000);
    const [first, second] = [await read(better.task.id), await read(worse.task.id)];
    expect([first.status, second.status]).toEqual(["succeeded", "succeeded"]);
    expect(String(first.startedAt).localeCompare(String(second.startedAt))).toBeLessThanOrEqual(0);
  });
});

describe("the token limit", () => {
  it("lets through what fits in a window, in order, by the estimate and then by the truth", async () => {
    const starts: number[] = [];
    const test = await openTestConea({
      limits: { tokens: "6000/min" },
      provider: {
        async chat() {
          starts.push(test.clock.now() - begun);
          return { ...answer, usage: { inputTokens: 1_000, cachedInputTokens: 0, outputTokens: 1_000 } };
        },
      },
    });
    const begun = test.clock.now();
    const input = { messages: [{ role: "user" as const, content: "x" }], maxOutputTokens: 2_900 };
    for (let index = 0; index < 8; index++) await test.submit(aChat({ input }));
    await test.clock.advance(400_000);
    expect(starts).toHaveLength(8);
    for (const from of starts) {
      expect(starts.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(3);
    }
    expect(starts.at(-1)).toBeLessThan(200_000);
  });

  it("lets a task through that alone needs more than a window holds", async () => {
    const test = await openTestConea({ limits: { tokens: "100/min" } });
    const { task } = await test.submit(
      aChat({ input: { messages: [{ role: "user", content: "x" }], maxOutputTokens: 100_000 } }),
    );
    await test.clock.advance(1_000);
    expect((await test.read(task.id)).status).toBe("succeeded");
  });

  it("takes the provider's own word that nothing is left", async () => {
    const starts: number[] = [];
    const test = await openTestConea({
      limits: { requests: "100/s" },
      provider: {
        async chat() {
          starts.push(test.clock.now() - begun);
          return { ...answer, rateLimits: { requestsLeft: 0, requestsResetMs: 30_000 } };
        },
      },
    });
    const begun = test.clock.now();
    await test.submit();
    await test.clock.advance(1_000);
    await test.submit();
    await test.clock.advance(60_000);
    expect(starts[1]).toBeGreaterThanOrEqual(30_000);
  });
});

describe("streams that stall", () => {
  const stalling = (afterPieces: number) => async (timeouts: object) => {
    const test = await openTestConea({
      timeouts,
      retry: { attempts: 1 },
      provider: {
        async chat({ onText }) {
          for (let index = 0; index < afterPieces; index++) {
            onText?.("piece ");
            await new Promise<void>((resolve) => test.clock.after(900, resolve));
          }
          return new Promise(() => {});
        },
      },
    });
    const { task } = await test.submit(aChat({ stream: true }));
    return { ...test, task };
  };

  it("are given up when the first sign of life is late", async () => {
    const { clock, read, task } = await stalling(0)({ firstTokenMs: 2_000, idleMs: 30_000 });
    await clock.advance(1_900);
    expect((await read(task.id)).status).toBe("running");
    await clock.advance(200);
    expect(await read(task.id)).toMatchObject({ status: "dead", error: { code: "provider_timeout" } });
  });

  it("are given up when nothing more comes, and not while it does", async () => {
    const { clock, read, task } = await stalling(20)({ firstTokenMs: 1_000, idleMs: 1_000 });
    await clock.advance(18_000);
    expect((await read(task.id)).status).toBe("running");
    await clock.advance(2_000);
    expect(await read(task.id)).toMatchObject({ status: "dead", error: { code: "provider_timeout" } });
  });
});

describe("a cancel", () => {
  it("is acknowledged only once no call can start any more", async () => {
    const test = await openTestConea({ provider: { chat: async () => answer } });
    let mayOpen = () => {};
    let isClaimed = false;
    const open = test.conea.providers.open;
    // The worker opens its provider before it claims, and again for the call.
    test.conea.providers.open = async (id) => {
      if (!isClaimed) {
        isClaimed = true;
        return open(id);
      }
      await new Promise<void>((resolve) => {
        mayOpen = resolve;
      });
      return open(id);
    };
    const { task } = await test.submit();
    await test.clock.advance(10);
    let acknowledgedAt = 0;
    const cancelled = cancelTask({ ...test.conea, abort: () => false }, ann, task.id).then(() => {
      acknowledgedAt = test.clock.now();
    });
    await test.clock.advance(5_000);
    await cancelled;
    mayOpen();
    await test.clock.advance(5_000);
    expect(acknowledgedAt).toBeGreaterThanOrEqual(Date.parse("2026-01-01T00:00:01.000Z"));
    const ended = await test.read(task.id);
    expect([ended.status, ended.attempts]).toEqual(["cancelled", []]);
  });
});
