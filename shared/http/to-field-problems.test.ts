import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AllowanceLimits } from "../api/allowances.ts";
import { toFieldProblems } from "./to-field-problems.ts";

function problemsOf(schema: z.ZodType, value: unknown) {
  const { error } = schema.safeParse(value);
  return error ? toFieldProblems(error) : [];
}

describe("toFieldProblems", () => {
  it.each([
    ["a number above its bound", z.number().max(5), 6, "must be at most 5"],
    ["a number below its bound", z.number().min(5), 4, "must be at least 5"],
    ["a number at an open bound", z.number().gt(5), 5, "must be more than 5"],
    ["a text that is too short", z.string().min(2), "x", "must have at least 2 characters"],
    ["a list that is too long", z.array(z.int()).max(1), [1, 2], "must have at most 1 items"],
    ["no time", z.iso.datetime({ offset: true }), "today", "must be a time such as 2026-01-31T12:00:00Z"],
    ["no e-mail address", z.email(), "x", "must be an e-mail address"],
    ["another type", z.int(), 1.5, "must be of type int"],
    ["another value", z.enum(["a", "b"]), "c", 'must be "a" or "b"'],
    ["a text with a sentence of its own", z.string().regex(/a/, "must hold an a"), "b", "must hold an a"],
  ])("says of %s what it must be", (_, schema, value, message) => {
    expect(problemsOf(schema, value)).toEqual([{ field: "", message }]);
  });

  it("names the variants of a union by what tells them apart", () => {
    const schema = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a") }),
      z.object({ kind: z.literal("b") }),
    ]);
    expect(problemsOf(schema, {})).toEqual([{ field: "kind", message: 'must be "a" or "b"' }]);
    const told = z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") })], "must be of a kind");
    expect(problemsOf(told, {})).toEqual([{ field: "kind", message: "must be of a kind" }]);
  });

  it("explains a union by the variant that fits best, or by its own sentence where it has one", () => {
    const union = z.union([z.strictObject({ a: z.boolean() }), z.string()]);
    expect(problemsOf(union, { a: "x" })).toEqual([{ field: "a", message: "must be of type boolean" }]);
    expect(problemsOf(AllowanceLimits, { requests: 5 })).toEqual([
      {
        field: "requests",
        message:
          "must be count/period, such as 1000/hour or 50000000/month; a list of up to three; or unlimited",
      },
    ]);
  });
});
