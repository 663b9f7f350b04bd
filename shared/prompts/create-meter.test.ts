import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../api/chat.ts";
import { aTask } from "../tasks/task.fixture.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { openCounter } from "./count-tokens.ts";
import { createMeter } from "./create-meter.ts";

const price = { inputMicros: 1_000_000, cachedInputMicros: 100_000, outputMicros: 5_000_000 };
const counter = await openCounter({ kind: "openai", name: "gpt-5", isVendors: true });

const user = (content: string): ChatMessage => ({ role: "user", content });
const says = (content: string): ChatMessage => ({ role: "assistant", content });
const system: ChatMessage = { role: "system", content: "Rule. ".repeat(400) };

type Facts = { messages: ChatMessage[]; read?: number; cached?: number; minute?: number; model?: string };

function open(maxInputTokens = 1_000_000) {
  const meter = createMeter({ maxInputTokens, counter });
  const look = (
    { messages, read = 2_000, cached = 0, minute = 0, model = "m" }: Facts,
    changes: Partial<TaskDocument> = {},
    known = true,
  ) => {
    const usage = { inputTokens: read - cached, cachedInputTokens: cached, outputTokens: 10 };
    const createdAt = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    const task = aTask({
      usage,
      model,
      createdAt,
      cost: { micros: read, known },
      ...changes,
    }) as TaskDocument;
    meter.look({ task, input: { messages }, price: known ? price : undefined });
  };
  return { look, report: meter.report };
}

describe("what would have been saved", () => {
  it("is nothing with one short task", () => {
    const { look, report } = open();
    look({ messages: [user("Hello")], read: 10 });
    const none = { tasks: 0, tokens: 0, micros: 0, unpriced: 0 };
    expect(report()).toMatchObject({ trimming: none, prefixes: none, duplicates: none, minification: none });
    expect(report()).toMatchObject({ inputTokens: 10, costMicros: 10, prefixes: { share: 0 } });
  });

  it("by trimming: the share of what was billed that the oldest turns are", () => {
    const { look, report } = open(1_100);
    const turn = "x".repeat(1_000);
    look({ messages: [user(turn), says(turn), user(turn), says(turn), user("now")], read: 2_000 });
    const { trimming } = report();
    expect(trimming).toMatchObject({ tasks: 1, maxInputTokens: 1_100, unpriced: 0 });
    expect(trimming.tokens).toBeGreaterThan(950);
    expect(trimming.tokens).toBeLessThan(1_020);
    expect(Math.abs(trimming.micros - trimming.tokens)).toBeLessThanOrEqual(1);
  });

  it("by trimming: nothing where what is always kept is too long", () => {
    const { look, report } = open(500);
    look({ messages: [user("a"), says("b"), system, user("now")], read: 2_000 });
    expect(report().trimming.tasks).toBe(0);
  });

  it("by the vendor's cache: what an earlier task of the model began with in the hour before", () => {
    const { look, report } = open();
    look({ messages: [system, user("one")] });
    look({ messages: [system, user("two")], minute: 30 });
    const { prefixes } = report();
    expect(prefixes.tasks).toBe(1);
    expect(prefixes.tokens).toBeGreaterThan(1_900);
    expect(prefixes.micros).toBeCloseTo(prefixes.tokens * 0.9, -1);
    expect(prefixes.share).toBeCloseTo(prefixes.tokens / 4_000);
    look({ messages: [system, user("three")], minute: 120 });
    look({ messages: [system, user("four")], minute: 121, model: "n" });
    look({ messages: [user("other"), system], minute: 122 });
    expect(report().prefixes.tasks).toBe(1);
  });

  it("by the vendor's cache: a conversation that goes on begins with all it was before", () => {
    const { look, report } = open();
    const long = Array.from({ length: 100 }, (_, n) => (n % 2 ? says : user)(`${n} ${"word ".repeat(20)}`));
    look({ messages: long });
    look({ messages: [...long, user("more")], read: 2_020, minute: 1 });
    expect(report().prefixes.tokens).toBeGreaterThan(1_980);
  });

  it("by the vendor's cache: neither what came from it already nor what is too short for it", () => {
    const { look, report } = open();
    look({ messages: [system, user("one")] });
    look({ messages: [system, user("two")], cached: 1_990, minute: 1 });
    expect(report().prefixes).toMatchObject({ tasks: 0, tokens: 0, cachedTokens: expect.any(Number) });
    expect(report().prefixes.cachedTokens).toBeGreaterThan(1_900);
    look({ messages: [user("a"), user("b")], read: 500 });
    look({ messages: [user("a"), user("c")], read: 500, minute: 1 });
    expect(report().prefixes.tasks).toBe(0);
  });

  it("by the response cache: every time but the first, at what it cost, unless it was a hit", () => {
    const { look, report } = open();
    for (const minute of [0, 1, 2]) look({ messages: [user("same")], read: 100, minute });
    look({ messages: [user("same")], read: 100, minute: 3 }, { cache: "hit" });
    look({ messages: [user("same")], read: 100, minute: 4, model: "n" });
    expect(report().duplicates).toEqual({ tasks: 2, tokens: 200, micros: 200, unpriced: 0 });
  });

  it("by minifying: what JSON and the ends of lines hold of blanks", () => {
    const { look, report } = open();
    const json = JSON.stringify(
      { rows: Array.from({ length: 50 }, (_, n) => ({ n, name: `row ${n}` })) },
      undefined,
      8,
    );
    look({ messages: [user(json)] });
    look({ messages: [user("compact")], read: 5 });
    expect(report().minification).toMatchObject({ tasks: 1 });
    expect(report().minification.tokens).toBeGreaterThan(200);
    expect(report().minification.tokens).toBeLessThan(1_500);
  });

  it("never counts money whose price is not known", () => {
    const { look, report } = open(1_100);
    const facts = { messages: [user("x".repeat(9_000)), says("y"), user("now")], read: 2_000 };
    look(facts, {}, false);
    look({ ...facts, minute: 1 }, {}, false);
    const { trimming, duplicates, prefixes } = report();
    for (const saving of [trimming, duplicates, prefixes]) {
      expect(saving.micros).toBe(0);
      expect(saving.unpriced).toBe(saving.tasks);
      expect(saving.tasks).toBeGreaterThan(0);
    }
  });
});
