import fc from "fast-check";
import { countTokens as countText } from "gpt-tokenizer/encoding/o200k_base";
import { encodeChat as encodeOldChat } from "gpt-tokenizer/model/gpt-4";
import { encodeChat } from "gpt-tokenizer/model/gpt-4o";
import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../api/chat.ts";
import { type CountedModel, countTokens, openCounter } from "./count-tokens.ts";
import { cutRuns } from "./cut-runs.ts";

const gpt: CountedModel = { kind: "openai", name: "gpt-4o", isVendors: true };
const messages = [
  { role: "system" as const, content: "You answer in verse, e.g. “Über allen Gipfeln”." },
  { role: "user" as const, content: "What is 12,345 × 678? 的一是不了人我在有他这" },
  { role: "assistant" as const, content: "function f(a) {\n    return a * 2;\n}\n\n" },
];
const plain = { disallowedSpecial: new Set<string>() };

describe("counting tokens", () => {
  it("counts what OpenAI's own encodings make of a chat", async () => {
    expect(await countTokens({ messages }, gpt)).toBe(encodeChat(messages).length);
    const old = { ...gpt, name: "gpt-4-0613" };
    expect(await countTokens({ messages }, old)).toBe(encodeOldChat(messages).length);
  });

  it.each(["gpt-5.5", "gpt-4.1-mini", "o3", "gpt-4o-mini"])(
    "takes the newer encoding for %s",
    async (name) => {
      expect(await countTokens({ messages }, { ...gpt, name })).toBe(encodeChat(messages).length);
    },
  );

  it.each<[string, CountedModel]>([
    ["another vendor", { kind: "anthropic", name: "claude", isVendors: true }],
    ["another server of OpenAI's protocol", { kind: "openai", name: "llama", isVendors: false }],
    ["a model that is not known", undefined],
  ])("estimates for %s, and says so", async (_, model) => {
    const counter = await openCounter(model);
    expect(counter.isExact).toBe(false);
    expect(await countTokens({ messages }, model)).toBeGreaterThan(encodeChat(messages).length);
    expect((await openCounter(gpt)).isExact).toBe(true);
  });

  it("counts control tokens as the text they are", async () => {
    const { ofText } = await openCounter(gpt);
    expect(ofText("a<|endoftext|>b")).toBe(countText("a<|endoftext|>b", plain));
    expect(ofText("<|im_start|>system")).toBeGreaterThan(2);
  });

  it("counts tools, schemas, calls and images too", async () => {
    const counter = await openCounter(gpt);
    const tools = [{ name: "f", description: "does it", parameters: { type: "object" } }];
    const schema = { type: "json_schema" as const, name: "s", schema: { type: "object" } };
    expect(counter.ofRest({ tools })).toBeGreaterThan(counter.ofRest({}) + 10);
    expect(counter.ofRest({ responseFormat: schema })).toBeGreaterThan(counter.ofRest({}));
    const image: ChatMessage = {
      role: "user",
      content: [{ type: "image", image: { url: "https://a.example/b" } }],
    };
    expect(counter.ofMessage(image)).toBeGreaterThan(1_000);
    const call: ChatMessage = { role: "assistant", toolCalls: [{ id: "a", name: "f", arguments: "{}" }] };
    expect(counter.ofMessage(call)).toBeGreaterThan(counter.ofMessage({ role: "assistant", content: "" }));
  });

  it.each([
    ["letters", "a"],
    ["blanks", " "],
    ["signs", "-"],
    ["lines", "\n"],
    ["ideograms", "的一是不"],
    ["faces", "😀🎉"],
    ["marks", "ä́"],
  ])("stays fast with a row of %s that never ends", async (_, unit) => {
    const { ofText } = await openCounter(gpt);
    const text = unit.repeat(Math.ceil(400_000 / unit.length));
    const before = performance.now();
    expect(ofText(text)).toBeGreaterThan(1_000);
    expect(performance.now() - before).toBeLessThan(6_000);
  });
});

describe("cutting runs", () => {
  it("loses nothing, cuts no character in two, and leaves ordinary text whole", () => {
    const unit = fc.constantFrom("a", "Z", " ", "\n", "é", "的", "😀", "-", "1", "word ");
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, fc.integer({ min: 1, max: 600 })), { maxLength: 8 }), (runs) => {
        const text = runs.map(([one, times]) => one.repeat(times)).join("");
        const pieces = cutRuns(text);
        expect(pieces.join("")).toBe(text);
        expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
      }),
    );
    expect(cutRuns("An ordinary text, of words. ".repeat(1_000))).toHaveLength(1);
    expect(cutRuns("1".repeat(3_000))).toHaveLength(1);
  });

  it("adds at most a token a cut to the count", async () => {
    const { ofText } = await openCounter(gpt);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 300, maxLength: 1_500 }), (text) => {
        const [cut, whole] = [ofText(text), countText(text, plain)];
        expect(Math.abs(cut - whole)).toBeLessThanOrEqual(2 * (cutRuns(text).length - 1));
      }),
      { numRuns: 50 },
    );
  });
});
