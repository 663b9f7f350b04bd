import { describe, expect, it } from "vitest";
import { admin, eve } from "../../shared/tasks/conea.fixture.ts";
import { json } from "./api.fixture.ts";
import { greeting, openPrompts, type Problem } from "./prompts.fixture.ts";

describe("hostile prompts", () => {
  const nested = (depth: number): unknown => (depth === 0 ? "x" : [nested(depth - 1)]);
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`v${n}`, {}]));

  it.each<[string, object, string]>([
    ["a name that is not declared", { variables: { name: {} } }, "names {{language}}"],
    ["10,000 variables", { variables: many(10_000) }, "at most 100 variables"],
    [
      "a template of ten thousand messages",
      { template: Array(10_000).fill({ role: "user", content: "a" }) },
      "template",
    ],
    ["a huge message", { template: [{ role: "user", content: "a".repeat(200_001) }] }, "template[0].content"],
    ["no message", { template: [] }, "template"],
    ["a tool's message", { template: [{ role: "tool", content: "a", toolCallId: "b" }] }, "template[0].role"],
    ["a name that is none", { variables: { "a-b": {} } }, "variables"],
    ["an expression", { variables: { "a()": {} } }, "variables"],
    [
      "a default that never stands",
      { variables: { ...greeting.variables, name: { required: true, default: "x" } } },
      "its default never stands",
    ],
    [
      "a default that is too long",
      { variables: { ...greeting.variables, name: { default: "xyz", maxLength: 2 } } },
      "longer than 2",
    ],
    [
      "a field of somebody's",
      { variables: { ...greeting.variables, name: { eval: "1" } } },
      "variables.name",
    ],
    ["deep nesting", { variables: nested(60) as object }, "variables"],
    ["an id that leads elsewhere", { id: "../keys" }, "id"],
  ])("are refused: %s", async (_, changes, detail) => {
    const { create } = await openPrompts();
    const answer = await create("greet", changes);
    expect(answer.status).toBe(422);
    expect((await json<Problem>(answer)).detail).toContain(detail);
  });

  it("are refused: keys of a prototype, values that nest, and too much in all", async () => {
    const { create, render, send } = await openPrompts();
    await create();
    const body = (variables: string) =>
      `{"id":"a","template":[{"role":"user","content":"x"}],"variables":${variables}}`;
    const post = (text: string) =>
      send("/v1/prompts", { method: "POST", body: text, headers: { "Content-Type": "application/json" } });
    expect((await post(body('{"__proto__":{"default":"x"}}'))).status).toBe(422);
    expect((await post(body(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`))).status).toBe(422);
    expect((await render({ variables: { name: { toString: "x" } } })).status).toBe(422);
    expect((await render({ variables: { name: ["a"] } })).status).toBe(422);
    expect((await render({ variables: many(10_000) })).status).toBe(422);
    const large = Array.from({ length: 4 }, () => ({ role: "user", content: "a".repeat(180_000) }));
    expect((await create("large", { template: large, variables: {} })).status).toBe(413);
    const kept = Object.fromEntries([
      ["constructor", {}],
      ["hasOwnProperty", {}],
    ]);
    const odd = {
      template: [{ role: "user", content: "{{constructor}}{{hasOwnProperty}}" }],
      variables: kept,
    };
    expect((await create("odd", odd)).status).toBe(201);
    expect(await json<Problem>(await render({}, "odd"))).toMatchObject({
      errors: [{ field: "variables.constructor" }, { field: "variables.hasOwnProperty" }],
    });
    expect(({} as Record<string, unknown>).default).toBeUndefined();
  });

  it("cannot be written past an administrator's own tenant", async () => {
    const { create, send, keyFor } = await openPrompts();
    await create("greet", {}, { key: await keyFor(eve) });
    expect((await send("/v1/prompts/greet", { key: await keyFor(admin) })).status).toBe(404);
  });
});
