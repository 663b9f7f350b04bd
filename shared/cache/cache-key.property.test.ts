import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inputSchemas, type TaskInput } from "../api/inputs.ts";
import { TaskType } from "../api/task-type.ts";
import { type Question, toCacheKey, toInputDigest } from "./cache-key.ts";

const question: Question = { provider: "main", model: "m", version: "1", type: "chat", digest: "d" };

/** An input of each type with every parameter that it may have. */
const whole: { [T in TaskType]: TaskInput<T>[] } = {
  chat: [
    {
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is it?" },
            { type: "image", image: { url: "https://x.test/a.png" } },
          ],
        },
        {
          role: "assistant",
          content: "Let me see.",
          toolCalls: [{ id: "c1", name: "look", arguments: "{}" }],
        },
        { role: "tool", toolCallId: "c1", content: "A cat." },
      ],
      tools: [
        {
          name: "look",
          description: "Looks.",
          parameters: { type: "object", properties: { deep: { items: [["a"], ["b", { c: 1 }]] } } },
          strict: true,
        },
      ],
      toolChoice: { name: "look" },
      responseFormat: { type: "json_schema", name: "cat", schema: { type: "object" }, strict: true },
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 100,
      stop: ["END"],
      seed: 7,
      reasoningEffort: "low",
      verbosity: "low",
      parallelToolCalls: false,
    },
  ],
  completion: [
    { prompt: "Once", suffix: "end", temperature: 1, topP: 1, maxOutputTokens: 9, stop: ["."], seed: 1 },
  ],
  embedding: [{ input: ["a", "b"], dimensions: 256 }, { input: "a" }],
  image_search: [
    {
      query: "cat",
      count: 3,
      page: 2,
      orientation: "portrait",
      orderBy: "latest",
      contentFilter: "high",
      color: "red",
    },
  ],
  image_generation: [
    { prompt: "cat", count: 1, size: "auto", quality: "low", background: "opaque", format: "png" },
  ],
  speech: [{ text: "Hello", voice: "alloy", format: "mp3", speed: 1, instructions: "Softly." }],
  transcription: [
    { audio: { data: "AAAA", contentType: "audio/wav" }, language: "en", prompt: "names", temperature: 0 },
  ],
};

const inputs = TaskType.options.flatMap((type) => whole[type].map((input) => ({ type, input })));

type Path = (string | number)[];

/** Where the values of a JSON tree are that are no tree themselves. */
function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}

/** The same tree with the value at a path replaced, or with what holds it taken away. */
function changed(value: unknown, [name, ...rest]: Path, to: (leaf: unknown) => unknown): unknown {
  if (name === undefined) return to(value);
  const copy = structuredClone(value) as Record<string, unknown>;
  const inner = changed(copy[name], rest, to);
  if (inner === undefined && !Array.isArray(copy)) delete copy[name];
  else copy[name] = inner;
  return copy;
}

/** The same tree with the fields of each object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [name, reordered(inner)])
      .reverse(),
  );
}

function otherThan(leaf: unknown): unknown {
  if (typeof leaf === "number") return leaf + 1;
  return typeof leaf === "boolean" ? !leaf : `${leaf}!`;
}

const digestOf = (input: unknown) => toInputDigest(input as TaskInput);

describe("toInputDigest", () => {
  it("knows inputs with every parameter there is", () => {
    for (const { type, input } of inputs) expect(inputSchemas[type].parse(input)).toEqual(input);
    const shape = (type: "chat" | "completion") => Object.keys(inputSchemas[type].shape).sort();
    expect(Object.keys(whole.chat[0] ?? {}).sort()).toEqual(shape("chat"));
    expect(Object.keys(whole.completion[0] ?? {}).sort()).toEqual(shape("completion"));
  });

  it.each(inputs)("changes with any value of a $type anywhere, and without it", ({ input }) => {
    const digests = leavesOf(input).flatMap((path) => [
      digestOf(changed(input, path, otherThan)),
      digestOf(changed(input, path, () => undefined)),
    ]);
    expect(digests.length).toBeGreaterThan(0);
    expect(new Set([...digests, digestOf(input)]).size).toBe(digests.length + 1);
  });

  it.each(inputs)("is the same for a $type whose fields come in another order", ({ input }) => {
    expect(digestOf(reordered(input))).toBe(digestOf(input));
  });

  it("keeps the order of messages, of tools and of texts", () => {
    const [chat] = whole.chat;
    expect(digestOf({ ...chat, messages: chat?.messages.toReversed() })).not.toBe(digestOf(chat));
    expect(digestOf({ input: ["b", "a"] })).not.toBe(digestOf({ input: ["a", "b"] }));
  });

  it("tells any two trees apart that are not the same in another order", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [one, other] = [
          { input: "x", a },
          { input: "x", a: b },
        ];
        const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(digestOf(one) === digestOf(other)).toBe(isSame);
      }),
      { numRuns: 500 },
    );
  });

  it("goes by the content of an upload and not by its id", () => {
    const image = (blob: string) => ({
      messages: [{ role: "user", content: [{ type: "image", image: { blob } }] }],
    });
    const contents = new Map([
      ["blob_a", "cat"],
      ["blob_b", "cat"],
      ["blob_c", "dog"],
    ]);
    for (const input of [image, (blob: string) => ({ audio: { blob } })]) {
      const digest = (blob: string) => toInputDigest(input(blob) as TaskInput, contents);
      expect(digest("blob_a")).toBe(digest("blob_b"));
      expect(digest("blob_a")).not.toBe(digest("blob_c"));
      expect(() => digest("blob_d")).toThrow();
    }
  });
});

/** The same tree with its objects as lists in order, told apart from lists. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return { list: value.map(sorted) };
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([name, inner]) => [name, sorted(inner)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

describe("toCacheKey", () => {
  it("changes with the tenant and with every part of the question", () => {
    const others = Object.keys(question).map((name) => ({ ...question, [name]: "other" }));
    const keys = [
      toCacheKey("acme", question),
      toCacheKey("evil", question),
      ...others.map((other) => toCacheKey("acme", other)),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("never gives two tenants one key, whatever they ask and are called", () => {
    const text = fc.string({ maxLength: 12 });
    const asked = fc.record({ provider: text, model: text, version: text, digest: text });
    fc.assert(
      fc.property(text, asked, text, asked, (tenant, a, otherTenant, b) => {
        fc.pre(tenant !== otherTenant);
        expect(toCacheKey(tenant, { ...question, ...a })).not.toBe(
          toCacheKey(otherTenant, { ...question, ...b }),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("tells a model of no name from one that is called null", () => {
    const { model, ...without } = question;
    expect(toCacheKey("acme", without)).not.toBe(toCacheKey("acme", { ...question, model: "null" }));
    expect(model).toBe("m");
  });

  it("is a document's id", () => {
    expect(toCacheKey("acme", question)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("cannot be made without a tenant", () => {
    // @ts-expect-error: the tenant comes first
    const make = () => toCacheKey(question);
    expect(make).toThrow();
  });
});
