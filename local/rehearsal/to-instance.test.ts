import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type JsonSchema, toInstance } from "./to-instance.ts";

const tree = {
  $ref: "#/$defs/Node",
  $defs: {
    Node: {
      type: "object",
      properties: {
        name: { type: "string" },
        children: { type: "array", items: { $ref: "#/$defs/Node" } },
      },
      required: ["name", "children"],
    },
  },
};

const schemas: JsonSchema[] = [
  { type: "string" },
  { type: "string", minLength: 40 },
  { type: "string", maxLength: 3 },
  { type: "string", format: "email" },
  { type: "string", format: "date-time" },
  { type: "string", format: "uuid" },
  { type: "number", exclusiveMinimum: 0 },
  { type: "integer", minimum: 3, multipleOf: 5 },
  { type: "integer", maximum: -2 },
  { type: "boolean" },
  { type: "null" },
  { type: ["null", "integer"] },
  { const: "fixed" },
  { enum: ["a", "b"] },
  { anyOf: [{ type: "integer" }, { type: "null" }] },
  { oneOf: [{ type: "string" }, { type: "integer" }] },
  { type: "array", items: { type: "integer" }, minItems: 2 },
  { type: "object", properties: { a: { type: "string" }, b: { type: "integer" } }, required: ["a"] },
  {
    allOf: [
      { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
      { type: "object", properties: { b: { type: "boolean" } }, required: ["b"] },
    ],
  },
  tree,
];

describe("an instance of a schema", () => {
  test.each(schemas)("fits %j", (schema) => {
    const parsed = z
      .fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
      .safeParse(toInstance(schema));
    expect(parsed.error).toBeUndefined();
  });

  test("holds what is required and no more", () => {
    expect(toInstance(schemas.at(-3) as JsonSchema)).toEqual({ a: "rehearsal" });
  });

  test("ends where a schema demands itself", () => {
    const endless = { type: "object", properties: { self: { $ref: "#" } }, required: ["self"] };
    expect(JSON.stringify(toInstance(endless)).length).toBeLessThan(1_000);
  });

  test("takes Gemini's upper-case types", () => {
    const schema = { type: "OBJECT", properties: { n: { type: "INTEGER" } }, required: ["n"] };
    expect(toInstance(schema)).toEqual({ n: 0 });
  });
});
