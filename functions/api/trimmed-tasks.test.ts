import { describe, expect, it } from "vitest";
import type { ChatInput, ChatMessage } from "../../shared/api/chat.ts";
import type { Task } from "../../shared/api/task.ts";
import type { TestOptions } from "../../shared/tasks/conea.fixture.ts";
import { json } from "./api.fixture.ts";
import { openChats, type Problem, recorder, use, wait } from "./prompt-tasks.fixture.ts";

const talk: ChatMessage[] = [
  { role: "system", content: "Be kind." },
  ...Array.from({ length: 20 }, (_, n): ChatMessage[] => [
    { role: "user", content: `Question ${n}: ${"why is that so and not otherwise ".repeat(5)}` },
    { role: "assistant", content: `Answer ${n}: ${"because it was always like this here ".repeat(5)}` },
  ]).flat(),
  { role: "user", content: "And now?" },
];

describe("a task with a budget", () => {
  it("sends the newest turns that fit and shows what it left out", async () => {
    const { asked, provider } = recorder();
    const { chat } = await openChats({ provider });
    const answer = await chat(
      { messages: talk, trim: { maxInputTokens: 300 } },
      { headers: wait },
      { model: "m" },
    );
    const task = await json<Task>(answer);
    const sent = asked[0]?.input.messages ?? [];
    expect([sent[0], sent.at(-1)]).toEqual([talk[0], talk.at(-1)]);
    expect(sent.slice(1)).toEqual(talk.slice(-(sent.length - 1)));
    const dropped = talk.length - sent.length;
    expect(task.trimmed).toMatchObject({ droppedMessages: dropped });
    expect(task.trimmed?.droppedTokens).toBeGreaterThan(1_000);
    expect(task.trimmed).not.toHaveProperty("estimated");
    expect(task.input).toEqual({ messages: sent });
  });

  it("is left alone where it fits", async () => {
    const { chat } = await openChats();
    const task = await json<Task>(await chat({ messages: talk, trim: { maxInputTokens: 100_000 } }));
    expect(task.input).toEqual({ messages: talk });
    expect(task).not.toHaveProperty("trimmed");
  });

  it("is refused where what is always kept does not fit, with what that takes", async () => {
    const { chat } = await openChats();
    const answer = await chat({ messages: talk, trim: { maxInputTokens: 10 } }, {}, { model: "m" });
    expect(answer.status).toBe(422);
    const { detail, errors } = await json<Problem>(answer);
    expect(errors).toMatchObject([{ field: "input.trim.maxInputTokens" }]);
    expect(detail).toMatch(
      /must be at least \d+: .*\(system messages \d+, the turns that are kept \d+, tools/,
    );
    const least = Number(/at least (\d+)/.exec(detail)?.[1]);
    const trimTo = (maxInputTokens: number) =>
      chat({ messages: talk, trim: { maxInputTokens } }, {}, { model: "m" });
    expect((await trimTo(least - 1)).status).toBe(422);
    expect((await trimTo(least)).status).toBe(202);
  });

  it("estimates, and says so, where it is not known who will answer", async () => {
    const { chat } = await openChats();
    const task = await json<Task>(await chat({ messages: talk, trim: { maxInputTokens: 500 } }));
    expect(task.trimmed).toMatchObject({ estimated: true });
  });

  it("trims what its prompt and its messages are together", async () => {
    const { chat } = await openChats();
    const asked = { prompt: use, messages: talk, trim: { maxInputTokens: 400, keepTurns: 2 } };
    const task = await json<Task>(await chat(asked));
    expect(task).toMatchObject({ promptRef: { id: "greet" }, trimmed: { estimated: true } });
    const { messages } = task.input as ChatInput;
    expect(messages.slice(0, 2)).toMatchObject([{ content: "You are Bo." }, talk[0]]);
    expect(messages.slice(2)).toEqual(talk.slice(-(messages.length - 2)));
    expect(messages.length + (task.trimmed?.droppedMessages ?? 0)).toBe(talk.length + 1);
  });
});

describe("a task that is summed up", () => {
  const trim = { maxInputTokens: 600, strategy: "summarise" };

  it("has a summary in the place of what was left out, by a task of its own at the same provider", async () => {
    const { asked, provider } = recorder();
    const model = { price: { inputMicros: 9_000_000, outputMicros: 9_000_000 } };
    const secondModel = { price: { inputMicros: 1, outputMicros: 1 } };
    const { chat, read } = await openChats({ provider, second: true, model, secondModel });
    const task = await json<Task>(await chat({ messages: talk, trim }, { headers: wait }, { model: "m" }));
    const { summaryTask = "", ...trimmed } = task.trimmed ?? {};
    expect(trimmed).toMatchObject({ summarised: true });
    const sent = asked.at(-1)?.input.messages ?? [];
    expect(sent.slice(0, 2)).toEqual([
      talk[0],
      { role: "user", content: "(What was said before, summed up:)\nThey talked." },
    ]);
    expect(sent.slice(2)).toEqual(talk.slice(-(sent.length - 2)));
    const summary = await read(summaryTask);
    expect(summary).toMatchObject({ status: "succeeded", createdBy: "ann", tenant: "acme", queue: "main" });
    const transcript = asked[0]?.input.messages[1]?.content;
    expect(transcript).toContain("Question 0");
    expect(transcript).not.toContain("And now?");
  });

  it.each<[string, TestOptions["provider"], string]>([
    ["fails", recorder(() => Promise.reject(new Error("broken"))).provider, "failed"],
    ["says nothing", recorder(() => " ").provider, "failed"],
    ["says too much", recorder(() => "word ".repeat(2_000)).provider, "too_long"],
  ])("goes without where the summary %s, and says so", async (_, provider, reason) => {
    const { chat } = await openChats({ ...(provider && { provider }), retry: { attempts: 1 } });
    const task = await json<Task>(await chat({ messages: talk, trim }, {}, { model: "m" }));
    expect(task.trimmed).toMatchObject({ summarised: false, reason, summaryTask: expect.any(String) });
    const { messages } = task.input as ChatInput;
    expect(messages[0]).toEqual(talk[0]);
    expect(messages.slice(1)).toEqual(talk.slice(-(messages.length - 1)));
  });

  it("waits twenty seconds for a summary and no longer, and has nobody pay for it after that", async () => {
    const { provider } = recorder(() => new Promise(() => undefined));
    const { chat, clock, read } = await openChats({ provider });
    let task: Task | undefined;
    const done = chat({ messages: talk, trim }, {}, { model: "m" }).then(async (answer) => {
      task = await json<Task>(answer);
    });
    await clock.advance(19_000);
    expect(task).toBeUndefined();
    await clock.advance(2_000);
    await done;
    expect(task?.trimmed).toMatchObject({ summarised: false, reason: "late" });
    await clock.advance(30_000);
    expect((await read(task?.trimmed?.summaryTask ?? "")).status).toBe("cancelled");
  });

  it("goes without where the summary is refused", async () => {
    const { chat } = await openChats();
    const asked = { ...trim, summaryModel: "nowhere" };
    const task = await json<Task>(await chat({ messages: talk, trim: asked }, {}, { model: "m" }));
    expect(task.trimmed).toMatchObject({ summarised: false, reason: "refused" });
    expect(task.trimmed).not.toHaveProperty("summaryTask");
  });

  it("makes one summary for one Idempotency-Key", async () => {
    const { asked, provider } = recorder();
    const { chat } = await openChats({ provider });
    const sent = { headers: { "Idempotency-Key": "once", ...wait } };
    const tasks = await Promise.all([1, 2].map(() => chat({ messages: talk, trim }, sent, { model: "m" })));
    const [one, two] = await Promise.all(tasks.map((answer) => json<Task>(answer)));
    expect(one?.id).toBe(two?.id);
    expect(asked).toHaveLength(2);
  });

  it("sums up a summary with the rest when the conversation has grown again", async () => {
    const { asked, provider } = recorder();
    const { chat } = await openChats({ provider });
    const first = await json<Task>(await chat({ messages: talk, trim }, { headers: wait }, { model: "m" }));
    const { messages } = first.input as ChatInput;
    const grown = [...messages, ...talk.slice(1)];
    await chat({ messages: grown, trim }, { headers: wait }, { model: "m" });
    expect(asked[2]?.input.messages[1]?.content).toContain("summed up:)");
  });
});
