import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { CreateChatCompletion } from "../api/openai/chat.ts";
import { narrowTo } from "./narrow-to.ts";

const fields = {
  needed: z.string(),
  anything: z.unknown(),
  optional: z.int().optional(),
  nullish: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  made: z
    .string()
    .nullish()
    .transform((value) => value ?? "of nothing"),
  usual: z.int().default(3),
};

const bodies = fc.dictionary(
  fc.constantFrom(...Object.keys(fields), "unknown", "needed,optional", "usual,optional"),
  fc.constantFrom<unknown>("text", 5, null, -1, {}),
);

const schemas = { z: z.object(fields), strict: z.strictObject(fields), loose: z.looseObject(fields) };

describe("a schema without the fields that a value lacks", () => {
  it.each(Object.entries(schemas))("parses each value as the whole one: %s", (_, schema) => {
    const property = fc.property(bodies, (body) => {
      const [narrowed, whole] = [narrowTo(schema, body).safeParse(body), schema.safeParse(body)];
      expect(narrowed.success ? narrowed.data : narrowed.error.issues).toEqual(
        whole.success ? whole.data : whole.error.issues,
      );
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it("is made once for each selection of fields", () => {
    const body = { model: "m", messages: [], user: "u" };
    const narrowed = narrowTo(CreateChatCompletion, body);
    expect(narrowed).not.toBe(CreateChatCompletion);
    expect(narrowTo(CreateChatCompletion, { ...body, user: "v", other: 1 })).toBe(narrowed);
    const alike = z.object({
      a: z.int().optional(),
      bc: z.int().optional(),
      ab: z.int().optional(),
      c: z.int().optional(),
    });
    expect(narrowTo(alike, { ab: 1, c: 1 })).not.toBe(narrowTo(alike, { a: 1, bc: 1 }));
  });

  it("is the whole one where many selections are known, and where it is no plain object's", () => {
    const schema = z.object(
      Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`f${at}`, z.int().optional()])),
    );
    const bodyOf = (bits: number) =>
      Object.fromEntries([0, 1, 2, 3, 4, 5, 6].filter((at) => bits & (1 << at)).map((at) => [`f${at}`, at]));
    const narrowed = new Set(Array.from({ length: 127 }, (_, bits) => narrowTo(schema, bodyOf(bits))));
    expect(narrowed.size).toBe(51);
    const checked = schema.refine(() => false);
    expect(narrowTo(checked, {})).toBe(checked);
    const either = z.union([schema, checked]);
    expect(narrowTo(either, {})).toBe(either);
    expect(narrowTo(schema, null)).toBe(schema);
  });
});
