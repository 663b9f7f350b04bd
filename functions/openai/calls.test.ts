import { describe, expect, it } from "vitest";
import { totalCounts } from "../../shared/platform/count-documents.ts";
import type { Provider } from "../../shared/providers/provider.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { echo } from "../../shared/tasks/conea.fixture.ts";
import { hello, json, openDoor } from "./openai.fixture.ts";
import { paced } from "./paced.fixture.ts";

const path = "/openai/v1/chat/completions";
type Answer = { id: string; model: string; choices: { message: { content: string } }[]; usage: object };

describe("a call", () => {
  it("is a task: durable, listed, with its usage", async () => {
    const { chat, tasks } = await openDoor();
    const response = await chat({ metadata: { order: "7" }, priority: 0, user: "whoever" });
    const answer = await json<Answer>(response);
    const [task] = await tasks();
    expect(task).toMatchObject({
      status: "succeeded",
      priority: 0,
      metadata: { order: "7" },
      createdBy: "ann",
      usage: { inputTokens: 3, outputTokens: 5 },
    });
    expect(response.headers.get("x-conea-task-id")).toBe(task?.id);
    expect(answer.id).toBe(`chatcmpl-${task?.id.slice(5)}`);
    expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 });
    expect(response.headers.get("x-conea-cache")).toBe("off");
  });

  it("costs no more reads and writes than a task of /v1", async () => {
    const { chat, counts } = await openDoor();
    await chat();
    counts.clear();
    await chat();
    const { reads, writes } = totalCounts(counts);
    expect(reads).toBeLessThanOrEqual(2);
    expect(writes).toBeLessThanOrEqual(4);
  });

  it("counts tokens read from a cache among the prompt's, as OpenAI does", async () => {
    const { provider, end } = paced();
    const door = await openDoor({ provider });
    const { answer } = await door.begin(path, { body: hello });
    await door.clock.advance(10);
    end("Hi");
    await door.clock.advance(10);
    expect((await json<Answer>(await answer)).usage).toEqual({
      prompt_tokens: 7,
      completion_tokens: 5,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 4 },
    });
  });

  it("is made once for an Idempotency-Key, and answered twice", async () => {
    const { chat, tasks } = await openDoor();
    const headers = { "Idempotency-Key": "order-7" };
    const answers = [
      await json<Answer>(await chat({}, { headers })),
      await json(await chat({}, { headers })),
    ];
    expect(answers[1]).toEqual(answers[0]);
    expect(await tasks()).toHaveLength(1);
    const other = await chat({ temperature: 1 }, { headers });
    expect([other.status, (await json(other)).error.code]).toEqual([422, "idempotency_key_reused"]);
  });

  it("waits for its retries", async () => {
    let calls = 0;
    const provider: Provider = {
      chat: async (call) => {
        calls += 1;
        if (calls < 3) throw new ProviderError("overloaded");
        return (echo.chat as NonNullable<Provider["chat"]>)(call);
      },
    };
    const door = await openDoor({ provider });
    const { answer } = await door.begin(path, { body: hello });
    await door.clock.advance(60_000);
    expect((await answer).status).toBe(200);
    expect(calls).toBe(3);
  });

  it("waits ten minutes at most, and then says where the task goes on", async () => {
    const door = await openDoor({ provider: paced().provider, limits: { concurrency: 1 } });
    await door.begin(path, { body: hello });
    const { answer } = await door.begin(path, { body: hello });
    await door.clock.advance(11 * 60_000);
    const response = await answer;
    expect([response.status, (await json(response)).error.code]).toEqual([504, "task_running"]);
  });
});

describe("a provider that never lets a call through", () => {
  it("is a 429 in the end, and the task goes on", async () => {
    const provider: Provider = {
      chat: async () => {
        throw new ProviderError("rate_limited", { retryAfterMs: 30_000 });
      },
    };
    const door = await openDoor({ provider });
    const { answer } = await door.begin(path, { body: hello });
    await door.clock.advance(11 * 60_000);
    const response = await answer;
    expect([response.status, (await json(response)).error]).toMatchObject([
      429,
      { code: "rate_limit_exceeded", message: expect.stringContaining("The task goes on") },
    ]);
  });
});

describe("a process that ends", () => {
  it("gives what it has begun time to end, and leaves what it has not to others at once", async () => {
    const { provider, end } = paced();
    const door = await openDoor({ provider, limits: { concurrency: 1 } });
    const running = await door.begin(path, { body: hello });
    await door.clock.advance(10);
    const waiting = await door.begin(path, { body: hello, headers: { "Idempotency-Key": "again" } });
    await door.clock.advance(10);
    door.closing.abort();
    const left = await waiting.answer;
    expect([left.status, (await json(left)).error.code]).toEqual([504, "task_running"]);
    expect(left.headers.get("x-should-retry")).toBe("true");
    end("Just in time");
    await door.clock.advance(10);
    expect((await running.answer).status).toBe(200);
  });

  it("tells a caller without an Idempotency-Key not to ask again, where its task goes on", async () => {
    const door = await openDoor({ provider: paced().provider });
    const { answer } = await door.begin(path, { body: hello });
    await door.clock.advance(10);
    door.closing.abort();
    const drained = door.conea.runner.drain(1_000);
    await door.clock.advance(2_000);
    await drained;
    expect([(await answer).status, (await answer).headers.get("x-should-retry")]).toEqual([504, "false"]);
    expect((await door.tasks())[0]?.status).toBe("ready");
  });
});

describe("a caller that leaves", () => {
  it("leaves a task that finishes", async () => {
    const { provider, end, calls } = paced();
    const door = await openDoor({ provider });
    const leaving = new AbortController();
    await door.begin(path, { body: hello, signal: leaving.signal });
    await door.clock.advance(10);
    leaving.abort();
    await door.clock.advance(10);
    expect(calls[0]?.signal.aborted).toBe(false);
    end("Hi");
    await door.clock.advance(10);
    expect(await door.tasks()).toMatchObject([{ status: "succeeded", result: { text: "Hi" } }]);
  });

  it.each([false, true])("leaves nothing behind where it asked for that (streamed: %s)", async (stream) => {
    const { provider, calls } = paced();
    const door = await openDoor({ provider });
    const leaving = new AbortController();
    const headers = { "x-conea-on-disconnect": "cancel" };
    await door.begin(path, { body: { ...hello, stream }, headers, signal: leaving.signal });
    await door.clock.advance(10);
    leaving.abort();
    await door.clock.advance(10);
    expect(calls[0]?.signal.aborted).toBe(true);
    expect((await door.tasks())[0]?.status).toBe("cancelled");
  });

  it("cancels by closing a stream that has begun", async () => {
    const { provider, calls } = paced();
    const door = await openDoor({ provider });
    const headers = { "x-conea-on-disconnect": "cancel" };
    const { answer } = await door.begin(path, { body: { ...hello, stream: true }, headers });
    await door.clock.advance(10);
    calls[0]?.onText?.("Hel");
    await (await answer).body?.cancel();
    await door.clock.advance(10);
    expect((await door.tasks())[0]?.status).toBe("cancelled");
  });
});
