import { describe, expect, it } from "vitest";
import { guardStart } from "../providers/call-permit.ts";
import type { Provider } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { cancelTask } from "./change-task.ts";
import { aChat, ann, openTestConea } from "./conea.fixture.ts";
import { answer, failing, kindsOf, openNoting, usage } from "./runner.fixture.ts";

describe("failure", () => {
  it("retries what may pass, and keeps each attempt", async () => {
    const { submit, read, clock } = await openTestConea({
      provider: failing(new ProviderError("overloaded", { status: 503 }), new ProviderError("connection")),
    });
    const { task } = await submit();
    await clock.advance(30_000);
    const ended = await read(task.id);
    expect(ended.status).toBe("succeeded");
    expect(ended.attempts.map(({ n, outcome, error }) => [n, outcome, error?.code])).toEqual([
      [1, "failed", "provider_overloaded"],
      [2, "failed", "provider_connection"],
      [3, "succeeded", undefined],
    ]);
  });

  it("ends as dead once the attempts are used up", async () => {
    const { submit, read, clock, events } = await openTestConea({
      provider: { chat: async () => Promise.reject(new ProviderError("overloaded")) },
    });
    const { task } = await submit();
    await clock.advance(60_000);
    expect(await read(task.id)).toMatchObject({
      status: "dead",
      error: { code: "provider_overloaded", retryable: true },
    });
    expect((await read(task.id)).attempts).toHaveLength(3);
    expect(kindsOf(events)).toEqual([
      "1 task.accepted",
      "2 task.started",
      "3 task.retrying",
      "4 task.started",
      "5 task.retrying",
      "6 task.started",
      "7 task.dead",
    ]);
  });

  it("ends at once as failed, with the reason made safe, where no retry can help", async () => {
    const cause = new Error("key sk-secret, prompt: Hello");
    const { submit, read, clock, lines } = await openTestConea({
      provider: failing(
        new ProviderError("invalid_request", {
          status: 400,
          vendorCode: "bad_value",
          parameter: "temperature",
          cause,
        }),
      ),
    });
    const { task } = await submit();
    await clock.advance(1_000);
    expect(await read(task.id)).toMatchObject({
      status: "failed",
      error: {
        code: "provider_invalid_request",
        message:
          "The provider refused the request as invalid. (code bad_value, parameter temperature, HTTP 400)",
        retryable: false,
      },
    });
    expect(JSON.stringify([await read(task.id), lines])).not.toContain("sk-secret");
  });

  it("gives a rate-limited task back for at least the provider's Retry-After, holding its whole queue", async () => {
    const { submit, read, clock } = await openTestConea({
      provider: failing(new ProviderError("rate_limited", { retryAfterMs: 20_000 })),
    });
    const { task } = await submit();
    await clock.advance(1_000);
    const other = await submit();
    await clock.advance(18_000);
    expect([(await read(task.id)).status, (await read(other.task.id)).status]).toEqual([
      "scheduled",
      "ready",
    ]);
    await clock.advance(5_000);
    expect([(await read(task.id)).status, (await read(other.task.id)).status]).toEqual([
      "succeeded",
      "succeeded",
    ]);
    expect(await read(task.id)).toMatchObject({
      attemptsUsed: 1,
      attempts: [{ outcome: "rate_limited" }, { n: 2 }],
    });
  });

  it("ends a call that outlasts the provider's time as a timeout, even when it ignores its signal", async () => {
    const { submit, read, clock } = await openTestConea({
      provider: { chat: () => new Promise(() => {}) },
      timeouts: { totalMs: 5_000 },
      retry: { attempts: 1 },
    });
    const { task } = await submit();
    await clock.advance(4_000);
    expect((await read(task.id)).status).toBe("running");
    await clock.advance(2_000);
    expect(await read(task.id)).toMatchObject({ status: "dead", error: { code: "provider_timeout" } });
  });

  it("takes a fault of its own for a failed attempt, and tells the caller nothing of it", async () => {
    const { submit, read, clock, lines } = await openTestConea({
      provider: failing(new TypeError("x is not a function")),
    });
    const { task } = await submit();
    await clock.advance(30_000);
    const ended = await read(task.id);
    expect(ended).toMatchObject({ status: "succeeded", attempts: [{ error: { code: "internal" } }, {}] });
    expect(JSON.stringify(ended)).not.toContain("is not a function");
    expect(lines.some(({ severity, fields }) => severity === "ERROR" && fields.taskId === task.id)).toBe(
      true,
    );
  });

  it("gives a task back untouched when its permit grew too old before the call", async () => {
    let calls = 0;
    const provider: Provider = {
      async chat() {
        calls += 1;
        return answer;
      },
    };
    const test = await openTestConea({ provider });
    const open = test.conea.providers.open;
    let slow = true;
    test.conea.providers.open = async (id) => {
      if (slow) await new Promise<void>((resolve) => test.clock.after(5_000, resolve));
      slow = false;
      return open(id);
    };
    const { task } = await test.submit();
    await test.clock.advance(4_900);
    expect(calls).toBe(0);
    await test.clock.advance(1_000);
    expect(await test.read(task.id)).toMatchObject({
      status: "succeeded",
      attempts: [{ n: 1 }],
      attemptsUsed: 1,
    });
    expect(calls).toBe(1);
  });
});

describe("a call that is slow to start", () => {
  it("is not sent once its permit has run out: the task goes back untouched, and later succeeds", async () => {
    const sent: number[] = [];
    const fetch = guardStart(async () => {
      sent.push(test.clock.now());
      return new Response();
    });
    let prepareMs = 5_000;
    let prepared = 0;
    const provider: Provider = {
      async chat() {
        prepared += 1;
        await new Promise<void>((resolve) => test.clock.after(prepareMs, resolve));
        prepareMs = 0;
        await fetch("http://vendor/");
        return answer;
      },
    };
    const test = await openTestConea({ provider });
    const { task } = await test.submit();
    await test.clock.advance(6_000);
    expect(prepared).toBe(2);
    expect(sent).toHaveLength(1);
    expect(await test.read(task.id)).toMatchObject({
      status: "succeeded",
      attempts: [{ n: 1 }],
      attemptsUsed: 1,
    });
  });
});

describe("cancel", () => {
  it("aborts a running call and keeps a late answer apart", async () => {
    let aborted = false;
    const test = await openTestConea({
      provider: {
        async chat({ signal }) {
          signal.addEventListener("abort", () => (aborted = true));
          await new Promise<void>((resolve) => test.clock.after(10_000, resolve));
          return answer;
        },
      },
    });
    const { task } = await test.submit();
    await test.clock.advance(1_000);
    await cancelTask({ ...test.conea, abort: test.conea.runner.abort }, ann, task.id);
    expect(aborted).toBe(true);
    await test.clock.advance(20_000);
    expect(await test.read(task.id)).toMatchObject({ status: "cancelled", attempts: [] });
    expect(test.events.at(-1)?.type).toBe("task.cancelled");
  });

  it("is noticed by a worker elsewhere at its next renewal, and its answer is kept as late", async () => {
    const test = await openTestConea({
      provider: {
        async chat() {
          await new Promise<void>((resolve) => test.clock.after(5_000, resolve));
          return answer;
        },
      },
    });
    const { task } = await test.submit();
    await test.clock.advance(1_000);
    await cancelTask({ ...test.conea, abort: () => false }, ann, task.id);
    await test.clock.advance(20_000);
    expect((await test.read(task.id)).status).toBe("cancelled");
    const late = await test.conea.documents.query<{ outcome: object }>({
      collection: `tasks/${task.id}/late`,
    });
    expect(late.map(({ data }) => data.outcome)).toMatchObject([
      { kind: "succeeded", result: { text: "ok" } },
    ]);
  });

  it("starts no call for a task that was cancelled while it waited", async () => {
    const { submitMany, clock, starts, conea } = await openNoting({ limits: { requests: "1/min" } });
    const [, second] = await submitMany(2);
    await clock.advance(1_000);
    await cancelTask({ ...conea, abort: conea.runner.abort }, ann, second?.id ?? "");
    await clock.advance(200_000);
    expect(starts.map(({ text }) => text)).toEqual(["0"]);
  });
});

describe("long and streamed calls", () => {
  it("keeps the lease of a call longer than it", async () => {
    const { submitMany, read, clock } = await openNoting({}, 95_000);
    const [task] = await submitMany(1);
    await clock.advance(80_000);
    const running = await read(task?.id ?? "");
    expect(running.status).toBe("running");
    expect(Date.parse(running.leaseUntil ?? "")).toBeGreaterThan(clock.now());
    await clock.advance(30_000);
    expect(await read(task?.id ?? "")).toMatchObject({ status: "succeeded", attemptsUsed: 1 });
  });

  it("writes the text as it comes, and the finished text is the pages of the winning attempt", async () => {
    let calls = 0;
    const test = await openTestConea({
      provider: {
        async chat({ onText }) {
          calls += 1;
          let text = "";
          for (let index = 0; index < 40; index++) {
            const piece = `${calls}:${index} ${"🎈".repeat(300)}`;
            text += piece;
            onText?.(piece);
            await new Promise<void>((resolve) => test.clock.after(70, resolve));
            if (calls === 1 && index === 20) throw new ProviderError("connection");
          }
          return { result: { text, finishReason: "stop" }, usage };
        },
      },
    });
    const { task } = await test.submit(aChat({ stream: true }));
    await test.clock.advance(20_000);
    const ended = await test.read(task.id);
    const pages = await test.conea.documents.query<{ attempt: number; text: string }>({
      collection: `tasks/${task.id}/output`,
    });
    const winning = pages.filter(({ data }) => data.attempt === 2);
    expect(ended.status).toBe("succeeded");
    expect(winning.map(({ data }) => data.text).join("")).toBe((ended.result as { text: string }).text);
    expect(ended.attempts.at(-1)?.outputPages).toBe(winning.length);
    expect(winning.length).toBeLessThan(15);
    for (const { data } of pages) expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThanOrEqual(16_384);
  });
});
