import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../api/chat.ts";
import { hasUser, toGroups } from "./group-messages.ts";
import { trimMessages } from "./trim-messages.ts";

/** A conversation of any shape: calls answered at once, late, by halves or never, and answers to nobody. */
const conversation = fc
  .array(
    fc.record({
      kind: fc.constantFrom("system", "user", "assistant", "calls", "result", "stray"),
      length: fc.integer({ min: 1, max: 30 }),
      pick: fc.nat(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((plans): ChatMessage[] => {
    const open: string[] = [];
    return plans.map(({ kind, length, pick }, index): ChatMessage => {
      const content = `${index}:${"x".repeat(length)}`;
      if (kind === "system" || kind === "user") return { role: kind, content };
      if (kind === "calls") {
        const toolCalls = [0, 1].map((n) => ({ id: `${index}-${n}`, name: "f", arguments: "{}" }));
        open.push(...toolCalls.map(({ id }) => id));
        return { role: "assistant", content, toolCalls };
      }
      if (kind === "result" && open.length > 0)
        return { role: "tool", toolCallId: open[pick % open.length] ?? "", content };
      if (kind === "stray") return { role: "tool", toolCallId: "of nobody", content };
      return { role: "assistant", content };
    });
  });
const budget = fc.integer({ min: 0, max: 900 });
const keepTurns = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });

function tokensOf({ content }: ChatMessage): number {
  return 2 + (typeof content === "string" ? content.length : 0);
}

function total(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, message) => sum + tokensOf(message), 0);
}

function callIds(messages: readonly ChatMessage[]): { called: Set<string>; answered: Set<string> } {
  const calls = messages.flatMap((message) =>
    message.role === "assistant" ? (message.toolCalls ?? []) : [],
  );
  const results = messages.flatMap((message) => (message.role === "tool" ? [message.toolCallId] : []));
  return { called: new Set(calls.map(({ id }) => id)), answered: new Set(results) };
}

function check(promise: (messages: ChatMessage[], maxTokens: number, keepTurns?: number) => void): void {
  fc.assert(fc.property(conversation, budget, keepTurns, promise), { numRuns: 1_000 });
}

describe("trimming", () => {
  it("fits, or all that may go has gone", () => {
    check((messages, maxTokens, keep) => {
      const trim = trimMessages(messages, tokensOf, { maxTokens, keepTurns: keep });
      expect(trim.tokens).toBe(total(trim.kept));
      expect(trim.fits).toBe(trim.tokens <= maxTokens);
      if (trim.fits) return;
      const least = trimMessages(messages, tokensOf, { maxTokens: 0, keepTurns: keep });
      expect(trim.kept).toEqual(least.kept);
    });
  });

  it("leaves the order as it was and loses nothing out of sight", () => {
    check((messages, maxTokens, keep) => {
      const { kept, dropped, droppedTokens } = trimMessages(messages, tokensOf, {
        maxTokens,
        keepTurns: keep,
      });
      const place = (message: ChatMessage) => messages.indexOf(message);
      for (const list of [kept, dropped])
        expect(list.map(place)).toEqual(list.map(place).toSorted((a, b) => a - b));
      expect(new Set([...kept, ...dropped])).toEqual(new Set(messages));
      expect(kept.length + dropped.length).toBe(messages.length);
      expect(droppedTokens).toBe(total(dropped));
    });
  });

  it("keeps every system message, the last of the user, and the last of all", () => {
    check((messages, maxTokens, keep) => {
      const { dropped } = trimMessages(messages, tokensOf, { maxTokens, keepTurns: keep });
      expect(dropped.filter(({ role }) => role === "system")).toEqual([]);
      expect(dropped).not.toContain(messages.findLast(({ role }) => role === "user"));
      expect(dropped).not.toContain(messages.at(-1));
    });
  });

  it("never tears a call from its results", () => {
    check((messages, maxTokens, keep) => {
      const { kept, dropped } = trimMessages(messages, tokensOf, { maxTokens, keepTurns: keep });
      const [here, gone] = [callIds(kept), callIds(dropped)];
      for (const id of here.answered) expect(gone.called.has(id)).toBe(false);
      for (const id of gone.answered) if (id !== "of nobody") expect(here.called.has(id)).toBe(false);
    });
  });

  it("leaves nothing out that is newer than what it keeps of the older turns", () => {
    check((messages, maxTokens, keep) => {
      const { kept, dropped } = trimMessages(messages, tokensOf, { maxTokens, keepTurns: keep });
      const lastUser = toGroups(messages).findLast((group) => hasUser(messages, group))?.from ?? 0;
      const isOlder = (message: ChatMessage) =>
        message.role !== "system" && messages.indexOf(message) < lastUser;
      const firstKept = kept.find(isOlder);
      if (!firstKept) return;
      const from = messages.indexOf(firstKept);
      expect(dropped.every((message) => messages.indexOf(message) < from)).toBe(true);
    });
  });

  it("changes nothing when it is done again, nor where all fits", () => {
    check((messages, maxTokens, keep) => {
      const once = trimMessages(messages, tokensOf, { maxTokens, keepTurns: keep });
      if (total(messages) <= maxTokens) expect(once.kept).toEqual(messages);
      const twice = trimMessages(once.kept, tokensOf, { maxTokens, keepTurns: keep });
      if (once.fits) expect([twice.kept, twice.dropped]).toEqual([once.kept, []]);
    });
  });

  it("leaves out no more than it must", () => {
    check((messages, maxTokens, keep) => {
      const { dropped, fits } = trimMessages(messages, tokensOf, { maxTokens, keepTurns: keep });
      if (!fits || dropped.length === 0) return;
      const less = trimMessages(messages, tokensOf, { maxTokens: total(messages) - 1, keepTurns: keep });
      expect(dropped.length).toBeGreaterThanOrEqual(less.dropped.length);
      expect(total(messages)).toBeGreaterThan(maxTokens);
    });
  });
});

describe("a conversation", () => {
  const user = (content: string): ChatMessage => ({ role: "user", content });
  const says = (content: string): ChatMessage => ({ role: "assistant", content });
  const system: ChatMessage = { role: "system", content: "s" };
  const call = (id: string): ChatMessage => ({
    role: "assistant",
    toolCalls: [{ id, name: "f", arguments: "{}" }],
  });
  const result = (id: string): ChatMessage => ({ role: "tool", toolCallId: id, content: "r" });
  const one = () => 1;

  it("loses its oldest turn whole, question and answer", () => {
    const messages = [system, user("1"), says("1"), user("2"), says("2"), user("3")];
    const { kept } = trimMessages(messages, one, { maxTokens: 5 });
    expect(kept).toEqual([system, user("2"), says("2"), user("3")]);
  });

  it("loses the oldest rounds of its last turn once no other is left", () => {
    const rounds = [call("a"), result("a"), call("b"), result("b"), call("c"), result("c")];
    const { kept } = trimMessages([user("old"), says("old"), user("now"), ...rounds], one, { maxTokens: 5 });
    expect(kept).toEqual([user("now"), call("b"), result("b"), call("c"), result("c")]);
  });

  it("keeps its last turns whole where it is asked to", () => {
    const rounds = [call("a"), result("a"), call("b"), result("b")];
    const trim = trimMessages([user("now"), ...rounds], one, { maxTokens: 3, keepTurns: 1 });
    expect([trim.fits, trim.dropped]).toEqual([false, []]);
  });
});
