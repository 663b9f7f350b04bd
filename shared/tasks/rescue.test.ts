import { describe, expect, it } from "vitest";
import { aChat, ann } from "./conea.fixture.ts";
import { followTask, type TaskEvent, toPosition } from "./follow-task.ts";
import { cuts, fails, isSilent, openTwo, says, stalls, usage } from "./rescue.fixture.ts";
import { submitTask } from "./submit-task.ts";

const outcomes = (attempts: { model?: string | undefined; outcome: string }[]) =>
  attempts.map(({ model, outcome }) => `${model} ${outcome}`);
const prefilled = { secondModel: { abilities: { prefill: true } } };

async function follow(events: AsyncIterable<TaskEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of events) {
    if (event.event === "delta") {
      const { attempt, text } = event.data;
      texts[attempt] = (texts[attempt] ?? "") + text;
    }
  }
  return texts;
}

describe("rescuing a task with a route", () => {
  it("serves by the fallback when the first fails for ever, and says who served it", async () => {
    const { run, first, second } = await openTwo([fails("overloaded")], [says("Hi")]);
    const task = await run();
    expect(task).toMatchObject({
      status: "succeeded",
      model: "n",
      queue: "second",
      result: { text: "Hi" },
      usage,
      route: { at: 1, candidates: [{ model: "m" }, { model: "n", reason: "a fallback of m" }] },
    });
    expect(outcomes(task.attempts)).toEqual(["m failed", "m failed", "m failed", "n succeeded"]);
    expect(task.attempts.map(({ candidate }) => candidate)).toEqual([0, 0, 0, 1]);
    expect([first.length, second.length]).toEqual([3, 1]);
    expect(second[0]?.model).toBe("vendor-n");
  });

  it("tries the same one again after one failure", async () => {
    const { run, second } = await openTwo([fails("overloaded"), says("Hi")], [says("no")]);
    expect(await run()).toMatchObject({ status: "succeeded", model: "m", route: { at: 0 } });
    expect(second).toEqual([]);
  });

  it("leaves a silent one after its first-token limit and never asks it again", async () => {
    const { run, first } = await openTwo([isSilent], [says("Hi")]);
    const task = await run(aChat({ model: "m" }), 11_000);
    expect(task).toMatchObject({ status: "succeeded", model: "n" });
    expect(first).toHaveLength(1);
  });

  it("gives the last candidate all the time there is", async () => {
    const { run } = await openTwo([isSilent], [isSilent], { timeouts: { totalMs: 20_000 } });
    expect(await run(aChat({ model: "m" }), 100_000)).toMatchObject({ status: "running", model: "n" });
    const { run: longer } = await openTwo([isSilent], [isSilent]);
    const task = await longer(aChat({ model: "m" }), 320_000);
    expect(task).toMatchObject({ status: "dead", error: { code: "provider_timeout" } });
  });

  it("notices a stream that stands still", async () => {
    const { run } = await openTwo([stalls("Half")], [says("Whole")]);
    const task = await run(aChat({ model: "m", stream: true }), 32_000);
    expect(task).toMatchObject({ status: "succeeded", result: { text: "Whole" } });
  });

  it("waits for a short Retry-After and asks the same one again", async () => {
    const limited = fails("rate_limited", { retryAfterMs: 2_000 });
    const { run, first, second } = await openTwo([limited, says("Hi")], [says("no")]);
    expect(await run()).toMatchObject({ status: "succeeded", model: "m", attemptsUsed: 1 });
    expect([first.length, second.length]).toEqual([2, 0]);
  });

  it("goes elsewhere when it is told to slow down for ever", async () => {
    const { run, first } = await openTwo([fails("rate_limited")], [says("Hi")]);
    expect(await run()).toMatchObject({ status: "succeeded", model: "n" });
    expect(first).toHaveLength(3);
  });

  it("ends at once when the content is refused", async () => {
    const { run, first, second } = await openTwo([fails("content_refused")], [says("no")]);
    expect(await run()).toMatchObject({ status: "failed", error: { code: "provider_content_refused" } });
    expect([first.length, second.length]).toEqual([1, 0]);
  });

  it("takes a context that is too long to a larger model, and asks the smaller one no more", async () => {
    const sizes = { model: { contextTokens: 10 }, secondModel: { contextTokens: 20 } };
    const { run, first } = await openTwo([fails("context_too_long")], [says("Hi")], sizes);
    expect(await run()).toMatchObject({ status: "succeeded", model: "n" });
    expect(first).toHaveLength(1);
    const { run: none } = await openTwo([fails("context_too_long")], [says("no")]);
    expect(await none()).toMatchObject({ status: "failed", error: { code: "provider_context_too_long" } });
  });

  it("tells of the failure that says more than a missing key", async () => {
    const { run } = await openTwo([isSilent], [fails("authentication")]);
    expect(await run()).toMatchObject({ status: "dead", error: { code: "provider_timeout" } });
  });

  it("starts with the fallback while the first is left alone, and comes back to it", async () => {
    const down = fails("overloaded");
    const { run, first, clock } = await openTwo([down, down, down, says("back")], [says("Hi")], {
      breaker: { failures: 3, successes: 1, openMs: 20_000 },
    });
    await run(aChat({ model: "m" }), 5_000);
    expect(await run(aChat({ model: "m" }), 2_000)).toMatchObject({ model: "n", attempts: [{ n: 1 }] });
    expect(first).toHaveLength(3);
    await clock.advance(20_000);
    expect(await run(aChat({ model: "m" }), 2_000)).toMatchObject({ status: "succeeded", model: "m" });
  });

  it("goes around one that has asked for a long silence, and sends those that wait elsewhere", async () => {
    const quiet = fails("rate_limited", { retryAfterMs: 60_000 });
    const { submit, read, clock, first } = await openTwo([quiet], [says("Hi")], {
      limits: { concurrency: 1 },
    });
    const tasks = await Promise.all(Array.from({ length: 3 }, () => submit(aChat({ model: "m" }))));
    await clock.advance(3_000);
    tasks.push(await submit(aChat({ model: "m" })));
    await clock.advance(3_000);
    for (const { task } of tasks)
      expect(await read(task.id)).toMatchObject({ status: "succeeded", model: "n" });
    expect(first).toHaveLength(1);
  });

  it("sends those that wait elsewhere when the first is left alone", async () => {
    const { submit, read, clock, first } = await openTwo([fails("overloaded")], [says("Hi")], {
      breaker: { failures: 1, openMs: 60_000 },
      limits: { concurrency: 1 },
      retry: { attempts: 3, baseMs: 1 },
    });
    const tasks = await Promise.all(Array.from({ length: 5 }, () => submit(aChat({ model: "m" }))));
    await clock.advance(5_000);
    for (const { task } of tasks)
      expect(await read(task.id)).toMatchObject({ status: "succeeded", model: "n" });
    expect(first.length).toBeLessThanOrEqual(2);
  });

  it("changes nothing for a task without alternatives", async () => {
    const { run, first } = await openTwo([fails("overloaded")], [says("no")], {
      model: { fallbacks: undefined },
    });
    const task = await run();
    expect(task).toMatchObject({ status: "dead" });
    expect(task).not.toHaveProperty("route");
    expect(first).toHaveLength(3);
  });
});

describe("rescuing a stream that was cut", () => {
  it("has the fallback go on from what was delivered, without what both say at the joint", async () => {
    const { run, second, conea } = await openTwo(
      [cuts("The quick brown fox ")],
      [says("quick brown fox jumps over.")],
      prefilled,
    );
    const task = await run(aChat({ model: "m", stream: true }));
    expect(task).toMatchObject({
      status: "succeeded",
      result: { text: "The quick brown fox jumps over." },
      attempts: [
        { outcome: "failed", outputPages: 1 },
        { outcome: "succeeded", continues: 1, candidate: 1 },
      ],
    });
    expect(second[0]?.input.messages.at(-1)).toEqual({ role: "assistant", content: "The quick brown fox" });
    const signal = new AbortController().signal;
    const texts = await follow(followTask(conea, task.id, { start: toPosition(null), signal }));
    expect(texts.join("")).toBe("The quick brown fox jumps over.");
  });

  it("starts anew where the model refuses to go on, uses up no attempt, and remembers it", async () => {
    const { run, second, conea } = await openTwo(
      [cuts("Half ")],
      [fails("invalid_request"), says("Whole anew."), says("Whole anew.")],
      prefilled,
    );
    const task = await run(aChat({ model: "m", stream: true }));
    expect(task).toMatchObject({ status: "succeeded", result: { text: "Whole anew." }, attemptsUsed: 2 });
    expect(task.attempts.map(({ continues }) => continues)).toEqual([undefined, 1, undefined]);
    expect(conea.health.peek("n")).toMatchObject({ refusesPrefill: true });
    const next = await run(aChat({ model: "m", stream: true }));
    expect(next).toMatchObject({ status: "succeeded" });
    expect(second.filter(({ input }) => input.messages.at(-1)?.role === "assistant")).toHaveLength(1);
  });

  it.each([
    ["tools", { tools: [{ name: "look" }] }],
    ["a structured answer", { responseFormat: { type: "json_object" as const } }],
  ])("never puts together two attempts of a request with %s", async (_, extra) => {
    const { run, second } = await openTwo([cuts("Half "), isSilent], [says("Whole.")], prefilled);
    const input = { messages: [{ role: "user" as const, content: "Hello" }], ...extra };
    const task = await run(aChat({ model: "m", stream: true, input }));
    expect(task).toMatchObject({ status: "succeeded", result: { text: "Whole." } });
    expect(second[0]?.input.messages.at(-1)?.role).toBe("user");
  });

  it("goes on at once in the process whose caller waits", async () => {
    const { conea, clock, read } = await openTwo([fails("timeout")], [says("Hi")]);
    const { task } = await submitTask(conea, ann, aChat({ model: "m" }), { startsHere: true });
    const ends: string[] = [];
    conea.live.subscribe(task.id, (event) => event.kind === "settled" && ends.push(event.task.status));
    await conea.runner.startNow(task);
    await clock.advance(0);
    expect(ends).toEqual(["ready", "succeeded"]);
    expect(await read(task.id)).toMatchObject({ status: "succeeded", model: "n" });
  });
});
