import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SubmitTask } from "../api/task.ts";
import { costOf } from "../pricing/cost-of.ts";
import { aChat } from "../tasks/conea.fixture.ts";
import { countBytes, openCountText } from "./count-text.ts";
import { toCallNeeds, toMissing, toOutputLimit } from "./needs-for-call.ts";
import { toUpperBound, upperTokens } from "./upper-bound.ts";
import { toAffordable, upperCost } from "./upper-cost.ts";

const gpt = { kind: "openai", name: "gpt-5.5" } as const;
const claude = { kind: "anthropic", name: "claude-sonnet-5-5" } as const;
const price = { inputMicros: 1_250_000, cachedInputMicros: 125_000, outputMicros: 10_000_000 };

async function boundOf(request: SubmitTask, callee: Parameters<typeof toUpperBound>[1] = gpt) {
  const bound = await toUpperBound(request, callee);
  if (!bound) throw new Error("no bound");
  return bound;
}

describe("the tokens of a text", () => {
  it("are those of the model's own rule, and never more than its bytes", async () => {
    const count = await openCountText("openai", "gpt-5.5");
    expect(count("Hello, world! How are you today?")).toBe(9);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        expect(count(text)).toBeLessThanOrEqual(Math.max(countBytes(text), 0));
      }),
      { numRuns: 300 },
    );
  });

  it("count what looks like a control token as the text it is", async () => {
    const count = await openCountText("openai", "gpt-4o");
    expect(count("<|endoftext|>")).toBeGreaterThan(1);
  });

  it("are counted by bytes where a model's rule is not known, or would take long", async () => {
    expect((await openCountText("anthropic", "claude"))("né")).toBe(3);
    expect((await openCountText(undefined, "gpt-4o"))("né")).toBe(3);
    const startedAt = performance.now();
    expect((await openCountText("openai", "gpt-4o"))("中文字符".repeat(20_000))).toBe(240_000);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("the bound of a call", () => {
  it("holds all that is sent, images, tools and formats too", async () => {
    const plain = await boundOf(aChat());
    const image = { type: "image" as const, image: { url: "https://x.example/a.png" } };
    const withImage = await boundOf(aChat({ input: { messages: [{ role: "user", content: [image] }] } }));
    const tool = { name: "find", parameters: { type: "object", properties: { a: { type: "string" } } } };
    const withTools = await boundOf(
      aChat({ input: { messages: [{ role: "user", content: "Hello" }], tools: [tool] } }),
    );
    expect(withImage.usage.imageInputTokens).toBe(12_000);
    expect(withTools.usage.inputTokens).toBeGreaterThan(
      plain.usage.inputTokens + JSON.stringify(tool).length,
    );
  });

  it("holds each value of a tool's choice, and each argument of a call", async () => {
    const boundOfTools = (values: number[]) =>
      boundOf(
        aChat({
          input: {
            messages: [{ role: "user", content: "Hello" }],
            tools: [{ name: "f", parameters: { properties: { a: { enum: values } } } }],
          },
        }),
      );
    // By the cookbook's count a value takes three tokens beside its own.
    const [one, eleven] = [await boundOfTools([1]), await boundOfTools([1, ...Array(10).fill(2)])];
    expect(eleven.usage.inputTokens - one.usage.inputTokens).toBeGreaterThanOrEqual(40);
    const boundOfCall = (json: string) => {
      const call = { id: "c", name: "f", arguments: json };
      return boundOf(aChat({ input: { messages: [{ role: "assistant", toolCalls: [call] }] } }), claude);
    };
    const [none, three] = [await boundOfCall("{}"), await boundOfCall('{"a":1,"b":2,"c":3}')];
    expect(three.usage.inputTokens - none.usage.inputTokens).toBeGreaterThanOrEqual(36);
  });

  it("of speech is longer the slower it is", async () => {
    const speak = (speed?: number) =>
      boundOf({ type: "speech", input: { text: "12345", voice: "v", ...(speed && { speed }) } } as never);
    const [plain, slow, fast] = [await speak(), await speak(0.25), await speak(4)];
    expect(plain.usage).toMatchObject({ characters: 5, audioOutputTokens: 53 });
    expect(slow.usage.audioOutputTokens).toBe(210);
    expect(fast.usage).toEqual(plain.usage);
  });

  it("takes the least of what is asked for and what the model writes, else 4,096 tokens", async () => {
    const asked = (maxOutputTokens?: number) =>
      aChat({
        input: { messages: [{ role: "user", content: "Hi" }], ...(maxOutputTokens && { maxOutputTokens }) },
      });
    expect((await boundOf(asked())).outputTokens).toBe(4_096);
    expect((await boundOf(asked(), { ...gpt, maxOutputTokens: 9_000 })).outputTokens).toBe(9_000);
    expect((await boundOf(asked(50_000), { ...gpt, maxOutputTokens: 9_000 })).outputTokens).toBe(9_000);
    expect((await boundOf(asked(10), { ...gpt, maxOutputTokens: 9_000 })).outputTokens).toBe(10);
  });

  it("is not known for audio of unknown length", async () => {
    const request = { type: "transcription", input: { audio: { blob: "blob_x" } } } as unknown as SubmitTask;
    const bound = await toUpperBound(request, gpt);
    expect(bound).toBeUndefined();
    const call = { model: "m", bound, price: { secondMicros: 100 } };
    const governed = new Set(["micros", "tokens"]);
    expect(() => toCallNeeds(call, governed, { unknownPrice: "refuse" })).toThrow(
      "not known before it is made",
    );
    expect(toCallNeeds(call, governed, { unknownPrice: "allow" })).toEqual({});
  });

  it("costs no less than any use within it", async () => {
    const bound = await boundOf(aChat(), claude);
    const dear = { ...price, cacheWriteMicros: 1_562_500, reasoningMicros: 12_000_000 };
    const most = upperCost(bound, dear) ?? 0;
    fc.assert(
      fc.property(
        fc.nat(bound.usage.inputTokens),
        fc.nat(4_096),
        fc.integer({ min: 0, max: 3 }),
        (read, write, how) => {
          const usage = {
            inputTokens: how === 0 ? read : 0,
            cachedInputTokens: how === 1 ? read : 0,
            cacheWriteTokens: how >= 2 ? read : 0,
            outputTokens: how === 3 ? 0 : write,
            reasoningTokens: how === 3 ? write : 0,
          };
          expect(costOf(usage, dear).micros).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});

describe("what is billed by piece", () => {
  const picture = { prompt: "A cat", count: 2, size: "1024x1024", quality: "high" };
  const pictures = () =>
    boundOf({ type: "image_generation", input: picture } as never, { kind: "openai", name: "gpt-image-2" });

  it("costs that much by pictures, by characters, or by the tokens of pictures", async () => {
    expect(upperCost(await pictures(), { imageMicros: 40_000 })).toBe(80_001);
    const tokens = { inputMicros: 5_000_000, imageOutputMicros: 30_000_000 };
    expect(upperCost(await pictures(), tokens)).toBeGreaterThan(2 * 7_024 * 30);
    const spoken = { text: "Hello", voice: "v" };
    const speech = await boundOf({ type: "speech", input: spoken } as never);
    expect(upperCost(speech, { characterMicros: 15_000_000 })).toBe(76);
  });

  it("is reserved whole: nobody tells the vendor to write less of a picture", async () => {
    const call = {
      model: "m",
      bound: await pictures(),
      price: { imageOutputMicros: 30_000_000, outputMicros: 10_000_000 },
    };
    const { micros } = toCallNeeds(call, new Set(["micros"]), { unknownPrice: "refuse" });
    const all = upperCost(call.bound, call.price);
    expect(micros).toEqual({ least: all, most: all });
  });
});

describe("a stream that would write past the limit", () => {
  it("is told beforehand to stop where the money ends", async () => {
    const bound = await boundOf(aChat());
    const call = { model: "m", bound, price };
    const needs = toCallNeeds(call, new Set(["micros"]), { unknownPrice: "refuse" });
    const least = typeof needs.micros === "object" ? needs.micros.least : 0;
    fc.assert(
      fc.property(fc.integer({ min: least, max: 60_000 }), (micros) => {
        const limit = toOutputLimit(call, { micros }) ?? 0;
        const used = { ...bound.usage, outputTokens: limit };
        expect(costOf(used, price).micros).toBeLessThanOrEqual(micros);
        expect(limit).toBeGreaterThanOrEqual(256);
      }),
    );
  });

  it("and where the tokens end", async () => {
    const bound = await boundOf(aChat());
    const limit = toOutputLimit({ model: "m", bound, price }, { tokens: bound.usage.inputTokens + 300 });
    expect(limit).toBe(300);
    expect(upperTokens({ usage: { ...bound.usage, outputTokens: limit ?? 0 } })).toBe(
      bound.usage.inputTokens + 300,
    );
  });

  it("is not begun where not even reading is paid for", async () => {
    expect(toAffordable(await boundOf(aChat()), price, 1)).toBeUndefined();
  });
});

describe("a model whose price is not known", () => {
  it("is refused where money is bounded, unless conea.yaml allows it", async () => {
    const call = { model: "m", bound: await boundOf(aChat()), price: undefined };
    const governed = new Set(["micros"]);
    expect(() => toCallNeeds(call, governed, { unknownPrice: "refuse" })).toThrow(
      "Set its price in conea.yaml",
    );
    expect(toCallNeeds(call, governed, { unknownPrice: "allow" })).toEqual({});
    expect(toCallNeeds(call, new Set(), { unknownPrice: "refuse" })).toEqual({});
  });
});

it("asks for another attempt only what is missing", () => {
  const needs = { micros: { least: 10, most: 100 }, tokens: 50 };
  const held = { micros: 100, tokens: 50 };
  expect(toMissing(needs, { held, used: { micros: 30, tokens: 0 } })).toEqual({ micros: 30, tokens: 0 });
});
