import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChatInput } from "../api/chat.ts";
import { createLog } from "../core/log.ts";
import type { Fields } from "../platform/documents.ts";
import { openEmbeddedDocuments } from "../platform/embedded/documents.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { fromStoredInput, isStoredJson, toStoredInput } from "./task-document.ts";

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/);
/** Any JSON, as deep as it comes: arrays of arrays, keys that no document may have. JSON has no -0 that lasts. */
const json = fc
  .jsonValue({ maxDepth: 30, depthSize: "large" })
  .map((value) => JSON.parse(JSON.stringify(value)));
const schema = fc.dictionary(
  fc.oneof(text, fc.constantFrom("", "__type__", "$vector", "__proto__", "a.b", "a/b", "file", "key")),
  json,
  { maxKeys: 4 },
);
const part = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text: fc.string({ unit: "grapheme" }) }),
  fc.record({
    type: fc.constant("image" as const),
    image: fc.constantFrom({ url: "https://example.com/cat.jpg" }, { blob: `blob_${"a".repeat(26)}` }),
  }),
);
const call = fc.record({ id: text, name: text, arguments: fc.json() });
const message = fc.oneof(
  fc.record({ role: fc.constant("system" as const), content: text }),
  fc.record({
    role: fc.constant("user" as const),
    content: fc.oneof(text, fc.array(part, { minLength: 1, maxLength: 3 })),
  }),
  fc.record(
    {
      role: fc.constant("assistant" as const),
      content: fc.string({ unit: "grapheme" }),
      toolCalls: fc.array(call, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ["role"] },
  ),
  fc.record({ role: fc.constant("tool" as const), toolCallId: text, content: fc.json() }),
);
const tool = fc.record(
  { name, description: text, parameters: schema, strict: fc.boolean() },
  { requiredKeys: ["name"] },
);
const responseFormat = fc.oneof(
  fc.record({ type: fc.constantFrom("text" as const, "json_object" as const) }),
  fc.record(
    { type: fc.constant("json_schema" as const), name, schema, strict: fc.boolean() },
    { requiredKeys: ["type", "name", "schema"] },
  ),
);
const inputs = fc.record(
  {
    messages: fc.array(message, { minLength: 1, maxLength: 4 }),
    tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
    toolChoice: fc.oneof(fc.constantFrom("auto" as const, "none" as const), fc.record({ name })),
    responseFormat,
    temperature: fc.constantFrom(0, 0.7, 2),
    maxOutputTokens: fc.integer({ min: 1, max: 1_000_000 }),
    stop: fc.array(text, { minLength: 1, maxLength: 4 }),
    seed: fc.integer({ min: 0, max: 2_147_483_647 }),
    reasoningEffort: fc.constantFrom("minimal" as const, "high" as const),
  },
  { requiredKeys: ["messages"] },
);

describe("a stored chat input", () => {
  it("is taken by the document store and comes back as the caller sent it, whatever its schemas hold", async () => {
    const clock = createVirtualClock(1_000);
    const { documents, close } = await openEmbeddedDocuments({ clock, log: createLog(() => undefined) });
    let count = 0;
    const property = fc.asyncProperty(inputs, async (sent) => {
      const input = ChatInput.parse(sent);
      const path = `tasks/${count++}`;
      await documents.commit([{ op: "create", path, data: { input: toStoredInput(input) } }]);
      const kept = await documents.get<{ input: Fields }>(path);
      const stored = kept?.data.input ?? {};
      expect(isStoredJson(stored)).toBe(false);
      expect(JSON.stringify(fromStoredInput(stored))).toBe(JSON.stringify(input));
    });
    await fc.assert(property, { numRuns: 500 });
    await close();
  });

  it("is a new value: neither direction changes what it was given", () => {
    const property = fc.property(inputs, (sent) => {
      const input = ChatInput.parse(sent);
      const before = JSON.stringify(input);
      const stored = toStoredInput(input);
      const storedBefore = JSON.stringify(stored);
      fromStoredInput(stored);
      expect([JSON.stringify(input), JSON.stringify(stored)]).toEqual([before, storedBefore]);
    });
    fc.assert(property);
  });
});
