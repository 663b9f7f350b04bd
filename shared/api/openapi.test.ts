import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { Event, eventTypes } from "./events.ts";
import { toOpenApi } from "./openapi.ts";
import { operations } from "./operations.ts";

const document = toOpenApi();

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe("3.1.0");
  });

  it("describes every operation, and names its path's parts", () => {
    for (const [operationId, { method, path }] of Object.entries(operations)) {
      const found = Object(document.paths)[path]?.[method.toLowerCase()];
      expect(found).toMatchObject({ operationId });
      const named = (found.parameters ?? []).filter(({ in: place }: { in: string }) => place === "path");
      expect(named.map(({ name }: { name: string }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });

  it("describes every event, by a schema of which it is", () => {
    expect(Object.keys(document.webhooks ?? {}).sort()).toEqual([...eventTypes].sort());
    for (const [type, item] of Object.entries<object>(Object(document.webhooks))) {
      const { $ref } = Object(item).post.requestBody.content["application/json"].schema;
      const schema = document.components?.schemas?.[$ref.replace("#/components/schemas/", "")];
      const { const: only, enum: some = [only] } = Object(schema).properties.type;
      expect(some).toContain(type);
    }
    const { oneOf = [] } = Object(document.components?.schemas?.Event);
    expect(oneOf).toHaveLength(Event.options.length);
  });

  it("refers to schemas by name, and to none that is missing", () => {
    const text = JSON.stringify(document);
    const names = Object.keys(document.components?.schemas ?? {});
    expect(names).toEqual(expect.arrayContaining(["Task", "SubmitTask", "Problem", "ChatInput"]));
    for (const [, name = ""] of text.matchAll(/#\/components\/schemas\/([^"]+)/g)) {
      expect(names).toContain(decodeURIComponent(name));
    }
  });

  it("refuses what the server refuses: unknown fields", () => {
    expect(document.components?.schemas?.ChatInput).toMatchObject({ additionalProperties: false });
  });
});
