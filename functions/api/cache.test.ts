import { describe, expect, it } from "vitest";
import { json, openApi } from "./api.fixture.ts";

describe("the cache over HTTP", () => {
  it("answers a known request at once, with what it cost: nothing", async () => {
    const { submit, clock } = await openApi();
    const first = await submit({ cache: { ttlSeconds: 60 } });
    expect(await json(first)).toMatchObject({ status: "ready", cache: "miss" });
    await clock.advance(1);
    const hit = await submit({ cache: { ttlSeconds: 60 } });
    expect(hit.status).toBe(202);
    const shown = await json(hit);
    expect(shown).toMatchObject({
      status: "succeeded",
      cache: "hit",
      attempts: [],
      usage: { inputTokens: 0, outputTokens: 0 },
      cost: { micros: 0, known: true },
      result: { text: "You said: Hello" },
    });
    expect(shown).not.toHaveProperty("caching");
  });

  it("answers 200 to who waits, without looking at the task again", async () => {
    const { submit, clock, counts } = await openApi();
    await submit({ cache: {} });
    await clock.advance(1);
    counts.clear();
    const hit = await submit({ cache: {} }, { headers: { Prefer: "wait=5" } });
    expect([hit.status, (await json(hit)).cache]).toEqual([200, "hit"]);
    expect(counts.get("tasks")?.reads ?? 0).toBe(0);
  });

  it("gives all who wait the one answer that they share", async () => {
    const call = Promise.withResolvers<void>();
    let calls = 0;
    const { submit, clock } = await openApi({
      provider: {
        async chat() {
          calls += 1;
          await call.promise;
          return {
            result: { text: "one", finishReason: "stop" },
            usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
          };
        },
      },
    });
    const wait = { headers: { Prefer: "wait=30" } };
    const waiting = [1, 2, 3].map(() => submit({ cache: { coalesce: true } }, wait));
    await clock.advance(100);
    call.resolve();
    await clock.advance(1);
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const tasks = await Promise.all(answers.map((answer) => json(answer)));
    expect(tasks.map(({ cache }) => cache).sort()).toEqual(["hit", "hit", "miss"]);
    expect(calls).toBe(1);
  });

  it("streams a known answer as it streams one that is new", async () => {
    const { submit, send, clock } = await openApi({
      provider: {
        async chat({ onText }) {
          onText?.("You said: Hello");
          return {
            result: { text: "You said: Hello", finishReason: "stop" },
            usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
          };
        },
      },
    });
    const streamed = { stream: true, cache: {} };
    await submit(streamed);
    await clock.advance(1);
    const { id } = await json(await submit(streamed));
    const text = await (await send(`/v1/tasks/${id}/events`)).text();
    expect(text.match(/^event: .*/gm)).toEqual(["event: delta", "event: done"]);
    expect(text).toContain('"text":"You said: Hello"');
  });

  it.each([
    [{ ttlSeconds: 0 }, "cache.ttlSeconds"],
    [{ ttlSeconds: 2_592_001 }, "cache.ttlSeconds"],
    [{ mode: "always" }, "cache.mode"],
    [{ coalesce: "yes" }, "cache.coalesce"],
  ])("refuses %j and names what is wrong", async (cache, field) => {
    const { submit } = await openApi();
    const answer = await submit({ cache });
    expect(answer.status).toBe(422);
    expect(await json<{ errors: { field: string }[] }>(answer)).toMatchObject({ errors: [{ field }] });
  });
});
