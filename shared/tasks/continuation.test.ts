import { describe, expect, it } from "vitest";
import type { Attempt } from "../api/task.ts";
import { chooseContinuation, withPrefill } from "./continuation.ts";

const anAttempt = (n: number, change: Partial<Attempt> = {}): Attempt => ({
  ...{ n, provider: "main", outcome: "failed", outputPages: 1 },
  ...{ startedAt: "2026-01-01T00:00:00.000Z", endedAt: "2026-01-01T00:00:01.000Z" },
  ...change,
});
const aPage = (attempt: number, text: string, page = 0) => ({ attempt, page, text });

describe("chooseContinuation", () => {
  it("takes an attempt's pages in order, and those alone that it counts", () => {
    const pages = [aPage(1, "world", 1), aPage(1, "Hello ", 0), aPage(1, " from a stale worker", 2)];
    expect(chooseContinuation([anAttempt(1, { outputPages: 2 })], pages)).toEqual({
      attempt: 1,
      text: "Hello world",
    });
  });

  it("puts a text together along the attempts that went on from each other", () => {
    const attempts = [anAttempt(1), anAttempt(2, { continues: 1 }), anAttempt(3, { continues: 2 })];
    const pages = [aPage(1, "a"), aPage(2, "b"), aPage(3, "c")];
    expect(chooseContinuation(attempts, pages)).toEqual({ attempt: 3, text: "abc" });
  });

  it("prefers the longest that begins as the first one did", () => {
    const attempts = [anAttempt(1), anAttempt(2), anAttempt(3)];
    const longer = [aPage(1, "The fox"), aPage(2, "The fox jumps"), aPage(3, "Another and longer text")];
    expect(chooseContinuation(attempts, longer)).toEqual({ attempt: 2, text: "The fox jumps" });
  });

  it("finds nothing where nothing was delivered", () => {
    expect(chooseContinuation([anAttempt(1, { outputPages: 0 })], [])).toBeUndefined();
  });
});

describe("withPrefill", () => {
  it("ends in the assistant's text, without white space at its end", () => {
    const input = { messages: [{ role: "user" as const, content: "Hello" }] };
    expect(withPrefill(input, "Once \n")).toEqual({
      messages: [...input.messages, { role: "assistant", content: "Once" }],
    });
  });
});
