import { describe, expect, it } from "vitest";
import { messages } from "./doors/door.ts";
import { streamWith } from "./doors/openai-door.ts";
import { expectWholeOrError } from "./expectations.ts";
import { wholeText } from "./provider/sixty-tokens.ts";
import { withWorld } from "./world.ts";

const parameters = { type: "object", properties: { at: { type: "string" } }, required: ["at"] };
const asked = {
  tools: { tools: [{ type: "function" as const, function: { name: "cross", parameters } }] },
  "JSON of a schema": {
    response_format: {
      type: "json_schema" as const,
      json_schema: { name: "crossing", schema: parameters, strict: false },
    },
  },
  "any JSON": { response_format: { type: "json_object" as const } },
};
const canContinue = { fallbackEntry: { abilities: { prefill: true } } };
const primary = "fault-cut-after-40";

describe.each(Object.entries(asked))("a stream that is cut, of a request for %s", (_, fields) => {
  it("is never gone on with by another attempt", async () => {
    await withWorld(
      { primary, fallback: "healthy-continues", ...canContinue },
      (draft) => draft,
      async (world) => {
        const got = await streamWith(world, { model: primary, messages, ...fields });
        expect(world.requests.filter(({ prefill }) => prefill !== undefined)).toEqual([]);
        expectWholeOrError(got);
      },
    );
  });

  it("ends with an error where another attempt says something else", async () => {
    await withWorld(
      { primary, fallback: "healthy-rewords" },
      (draft) => draft,
      async (world) => {
        const got = await streamWith(world, { model: primary, messages, ...fields });
        expect(got.finishReason).toBeUndefined();
        expect(wholeText.startsWith(got.text)).toBe(true);
        expect(got.error?.code).toBe("stream_interrupted");
      },
    );
  });
});
