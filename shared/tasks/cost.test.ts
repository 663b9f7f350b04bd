import { describe, expect, it } from "vitest";
import type { Attempt } from "../api/task.ts";
import { repriceTasks } from "../pricing/reprice-tasks.ts";
import { setPrice } from "../pricing/set-prices.ts";
import type { Provider } from "../providers/provider.ts";
import { noUsage } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { aChat, admin, ann, openTestConea } from "./conea.fixture.ts";
import { replayTask } from "./replay-task.ts";
import { aProvider, cuts, fails, openTwo, says, stalls } from "./rescue.fixture.ts";
import { settleAttempt } from "./settle-attempt.ts";
import { openTaskWorld } from "./task-actions.fixture.ts";

/** A thousandth of a dollar per token read, a hundredth per token written. */
const model = { price: { inputMicros: 1_000_000_000, cachedInputMicros: 0, outputMicros: 10_000_000_000 } };
/** What `rescue.fixture.ts` answers with: 3 tokens read, 5 written. */
const answerMicros = 3 * 1_000 + 5 * 10_000;
const anAttempt = (n: number): Attempt => ({
  n,
  provider: "main",
  model: "m",
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: "2026-01-01T00:00:01.000Z",
  outcome: "failed",
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
  costMicros: 5,
});
const streamed = aChat({ model: "m", stream: true });
/** `estimate-tokens.ts` takes three bytes for a token. */
const readOf = (request: typeof streamed) => Math.ceil(JSON.stringify(request.input).length / 3);

async function run(provider: Provider, options: Parameters<typeof openTestConea>[0] = {}, ms = 120_000) {
  const test = await openTestConea({ provider, model, ...options });
  const { task } = await test.submit(streamed);
  await test.clock.advance(ms);
  return { ...test, task: await test.read(task.id) };
}

describe("what a task costs", () => {
  it("is nothing before a call, and its call's cost after", async () => {
    const { submit, clock, read } = await openTestConea({ provider: aProvider(says("Hi")).provider, model });
    const { task } = await submit(streamed);
    expect(task.cost).toEqual({ micros: 0, known: true });
    await clock.advance(1_000);
    expect(await read(task.id)).toMatchObject({
      cost: { micros: answerMicros, known: true },
      attempts: [{ costMicros: answerMicros, usage: { inputTokens: 3, outputTokens: 5 } }],
    });
  });

  it("counts an attempt that was cut after text had come, estimated from that text", async () => {
    const { task } = await run(aProvider(cuts("123456"), says("whole")).provider);
    const [cut, whole] = task.attempts;
    const cutMicros = readOf(streamed) * 1_000 + 2 * 10_000;
    expect(cut).toMatchObject({
      outcome: "failed",
      usage: { inputTokens: readOf(streamed), outputTokens: 2 },
      usageEstimated: true,
      costMicros: cutMicros,
    });
    expect(whole).not.toHaveProperty("usageEstimated");
    expect(task.cost).toEqual({ micros: cutMicros + answerMicros, known: true });
    expect(task.usage).toMatchObject({ inputTokens: readOf(streamed) + 3, outputTokens: 7 });
  });

  it("takes what the vendor said before the cut rather than an estimate", async () => {
    const { provider } = aProvider(async ({ onText, onUsage }) => {
      onUsage?.({ inputTokens: 11, cachedInputTokens: 4, outputTokens: 1 });
      onText?.("123456789");
      throw new ProviderError("connection");
    }, says("whole"));
    const { task } = await run(provider);
    expect(task.attempts[0]).toMatchObject({
      usage: { inputTokens: 11, cachedInputTokens: 4, outputTokens: 3 },
      usageEstimated: true,
      costMicros: 11_000 + 30_000,
    });
  });

  it("charges nothing for a call that was refused or gave nothing", async () => {
    const { task } = await run(aProvider(fails("overloaded"), fails("rate_limited"), says("ok")).provider);
    expect(task.attempts.map(({ costMicros }) => costMicros)).toEqual([undefined, undefined, answerMicros]);
    expect(task.attempts[0]).not.toHaveProperty("usage");
    expect(task.cost).toEqual({ micros: answerMicros, known: true });
  });

  it("counts what a model wrote before it fell silent and another answered", async () => {
    const { run, read } = await openTwo([stalls("123")], [says("ok")], {
      model,
      secondModel: model,
      timeouts: { idleMs: 1_000 },
    });
    const ended = await read((await run(streamed)).id);
    const first = readOf(streamed) * 1_000 + 10_000;
    expect(ended.attempts.map(({ costMicros }) => costMicros)).toEqual([first, answerMicros]);
    expect(ended.cost).toEqual({ micros: first + answerMicros, known: true });
  });

  it("goes on from what earlier runs cost when a dead task is replayed", async () => {
    const { provider } = aProvider(cuts("123"), says("ok"));
    const { conea, clock, read, task } = await run(provider, { retry: { attempts: 1 } });
    expect(task.status).toBe("dead");
    await replayTask(conea, ann, task.id);
    await clock.advance(10_000);
    const ended = await read(task.id);
    expect(ended.cost).toEqual({ micros: (task.cost.micros ?? 0) + answerMicros, known: true });
    expect(task.cost.micros).toBeGreaterThan(0);
  });

  it("knows the part that is known where another attempt has no price", async () => {
    const { run } = await openTwo([cuts("123")], [says("ok")], {
      secondModel: model,
      retry: { attempts: 1 },
    });
    const task = await run(streamed);
    expect(task.attempts[0]).not.toHaveProperty("costMicros");
    expect(task.attempts[0]).toHaveProperty("usage");
    expect(task.cost).toEqual({ micros: answerMicros, known: false });
  });

  it("is not known, not 0, where the price is not, and says so once an hour for each model", async () => {
    const { submit, clock, read, lines } = await openTestConea();
    const warnings = () => lines.filter(({ sentence }) => sentence === "price unknown");
    for (const _ of [1, 2]) await submit(aChat({ model: "m" }));
    const { task } = await submit(aChat({ model: "m" }));
    await clock.advance(1_000);
    expect((await read(task.id)).cost).toEqual({ known: false });
    expect(warnings().map(({ fields }) => fields)).toEqual([{ provider: "main", model: "m" }]);
    await clock.advance(3_600_000);
    await submit(aChat({ model: "m" }));
    await clock.advance(1_000);
    expect(warnings()).toHaveLength(2);
  });

  it("is not known where the worker was lost: nobody knows what its call used", async () => {
    const cost = { micros: 7, known: true };
    const { conea, clock, held, read } = await openTaskWorld("running", { cost });
    await settleAttempt(conea, held(), { kind: "lost" }, { provider: "main", startedAt: clock.now() });
    expect((await read()).data.cost).toEqual({ micros: 7, known: false });
  });

  it("stays counted when the oldest attempts are dropped", async () => {
    const attempts = Array.from({ length: 20 }, (_, index) => anAttempt(index + 1));
    const cost = { micros: 20 * 5, known: true };
    const { conea, clock, held, read } = await openTaskWorld("running", { attempts, cost, attemptCount: 21 });
    const charge = { usage: attempts[0]?.usage ?? noUsage, costMicros: 5 };
    const facts = { provider: "main", startedAt: clock.now(), charge };
    await settleAttempt(conea, held(), { kind: "interrupted" }, facts);
    const { data } = await read();
    expect([data.attempts.length, data.attempts[0]?.n]).toEqual([20, 2]);
    expect(data.cost).toEqual({ micros: 21 * 5, known: true });
  });

  it("prices what a server does not count by an estimate, and never takes it for nothing", async () => {
    const provider: Provider = {
      chat: async () => ({
        result: { text: "123456", finishReason: "stop" },
        usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
      }),
    };
    const { task } = await run(provider);
    expect(task.attempts[0]).toMatchObject({
      usage: { inputTokens: readOf(streamed), outputTokens: 2 },
      usageEstimated: true,
    });
    expect(task.cost).toEqual({ micros: readOf(streamed) * 1_000 + 20_000, known: true });
  });

  it("estimates vectors whose vendor counts nothing, and does not take it at its word", async () => {
    const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
    const provider: Provider = {
      async embedding({ onUsage }) {
        onUsage?.(usage);
        return { result: { embeddings: [{ index: 0, values: [1] }] }, usage };
      },
    };
    const { submit, clock, read } = await openTestConea({ provider, model });
    const request = { type: "embedding" as const, input: { input: "words" }, priority: 5, stream: false };
    const { task } = await submit(request);
    await clock.advance(10);
    const tokens = Math.ceil(JSON.stringify(request.input).length / 3);
    expect(await read(task.id)).toMatchObject({
      attempts: [{ usageEstimated: true, usage: { inputTokens: tokens } }],
      cost: { micros: tokens * 1_000, known: true },
    });
  });

  it("is not known where the vendor does not tell what it used", async () => {
    const provider: Provider = {
      speech: async () => ({
        result: { file: { content: new Uint8Array([1]), contentType: "audio/mpeg" } },
        usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
      }),
    };
    const { submit, clock, read, conea } = await openTestConea({ provider, model });
    const input = { text: "Hi", voice: "v", format: "mp3" as const };
    const { task } = await submit({ type: "speech", input, priority: 5, stream: false });
    await clock.advance(10);
    expect((await read(task.id)).cost).toEqual({ known: false });
    const period = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", apply: true };
    expect(await repriceTasks(conea, admin, period)).toMatchObject({ tasks: 1, changed: 0 });
  });

  it("is of the price that was in force when the call started", async () => {
    const call = Promise.withResolvers<void>();
    const { provider } = aProvider(async () => {
      await call.promise;
      return "ok";
    }, says("ok"));
    const { conea, submit, clock, read } = await openTestConea({ provider, model });
    const first = await submit(streamed);
    await clock.advance(60_000);
    const effectiveFrom = new Date(clock.now()).toISOString();
    await setPrice(conea, admin, "m", { effectiveFrom, tier: "standard", inputMicros: 0, outputMicros: 0 });
    call.resolve();
    await clock.advance(10);
    const second = await submit(streamed);
    await clock.advance(10);
    expect((await read(first.task.id)).cost).toEqual({ micros: answerMicros, known: true });
    expect((await read(second.task.id)).cost).toEqual({ micros: 0, known: true });
  });
});
