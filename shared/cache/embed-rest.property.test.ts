import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EmbeddingInput } from "../api/inputs.ts";
import { embedRest } from "./embed-rest.ts";

const vectorOf = (text: string) => [text.length, text.charCodeAt(0)];

/** A vendor that answers in any order, and notes what it was asked. */
function createVendor(drop = 0) {
  const asked: string[] = [];
  const call = async ({ input }: EmbeddingInput) => {
    const texts = typeof input === "string" ? [input] : input;
    asked.push(...texts);
    const embeddings = texts.map((text, index) => ({ index, values: vectorOf(text) })).reverse();
    const usage = { inputTokens: texts.length, cachedInputTokens: 0, outputTokens: 0 };
    return { result: { embeddings: embeddings.slice(drop) }, usage };
  };
  return { asked, call };
}

describe("embedRest", () => {
  it("gives each text its own vector in order, asks for what is not known once, and counts only that", async () => {
    const text = fc.string({ minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1 }), fc.array(text), async (texts, knownTexts) => {
        const { asked, call } = createVendor();
        const known = new Map(knownTexts.map((one) => [one, vectorOf(one)]));
        const { result, usage, fresh } = await embedRest({ input: texts }, known, call);
        expect(result.embeddings).toEqual(texts.map((one, index) => ({ index, values: vectorOf(one) })));
        const rest = [...new Set(texts)].filter((one) => !known.has(one));
        expect(asked).toEqual(rest);
        expect(new Set(fresh.keys())).toEqual(new Set(rest));
        expect(usage.inputTokens).toBe(rest.length);
      }),
    );
  });

  it("passes on what is asked beside the texts", async () => {
    const seen: EmbeddingInput[] = [];
    const { call } = createVendor();
    await embedRest({ input: "a", dimensions: 64 }, new Map(), (input) => {
      seen.push(input);
      return call(input);
    });
    expect(seen).toEqual([{ input: ["a"], dimensions: 64 }]);
  });

  it("takes no answer for whole that leaves a text out", async () => {
    const { call } = createVendor(1);
    await expect(embedRest({ input: ["a", "b"] }, new Map(), call)).rejects.toMatchObject({
      kind: "unknown",
    });
  });
});
