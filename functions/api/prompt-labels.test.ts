import { describe, expect, it } from "vitest";
import type { Prompt, PromptSummary, RenderedPrompt } from "../../shared/api/prompts.ts";
import { json } from "./api.fixture.ts";
import { openPrompts, type Problem } from "./prompts.fixture.ts";

describe("labels", () => {
  it("name a version, move, and come off", async () => {
    const { create, put, label, render, send } = await openPrompts();
    await create();
    await put();
    const labelled = await label("production", 1);
    expect(labelled.status).toBe(200);
    expect(await json<PromptSummary>(labelled)).toMatchObject({ version: 2, labels: { production: 1 } });
    const by = async (choice: object) =>
      (await json<RenderedPrompt>(await render({ ...choice, variables: { name: "Bo" } }))).version;
    expect(await Promise.all([by({}), by({ label: "production" }), by({ version: 1 })])).toEqual([2, 1, 1]);
    await label("production", 2);
    expect(await by({ label: "production" })).toBe(2);
    for (const _ of ["once", "again"])
      expect((await send("/v1/prompts/greet/labels/production", { method: "DELETE" })).status).toBe(204);
    const lost = await render({ label: "production", variables: { name: "Bo" } });
    expect(lost.status).toBe(422);
    expect((await json<Problem>(lost)).detail).toBe("The prompt has no label production.");
  });

  it("stay when a version is made, and refuse versions there are none of and names that are none", async () => {
    const { create, put, label } = await openPrompts();
    await create();
    await label("production", 1);
    expect(await json<Prompt>(await put())).toMatchObject({ labels: { production: 1 } });
    expect((await label("production", 3)).status).toBe(422);
    for (const name of ["__proto__", "Prod", "1", "a".repeat(33)]) {
      const refused = await label(name, 1);
      expect(refused.status).toBe(422);
      expect((await json<Problem>(refused)).detail).toMatch(/^The path is not valid: label must be 1–32 of/);
    }
    for (const name of ["constructor", "valueof"]) expect((await label(name, 1)).status).toBe(200);
  });

  it("that are set at the same moment are all set", async () => {
    const { create, label, send } = await openPrompts();
    await create();
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => label(name, 1)));
    const { labels } = await json<Prompt>(await send("/v1/prompts/greet"));
    expect(Object.keys(labels).toSorted()).toEqual(names);
  });

  it("are at most twenty", async () => {
    const { create, label } = await openPrompts();
    await create();
    for (let n = 0; n < 20; n++) expect((await label(`l${n}`, 1)).status).toBe(200);
    expect((await label("one-more", 1)).status).toBe(409);
    expect((await label("l3", 1)).status).toBe(200);
  });
});

describe("rendering", () => {
  it("shows the messages that a task would have", async () => {
    const { create, render } = await openPrompts();
    await create();
    expect(await json<RenderedPrompt>(await render({ variables: { name: "{{language}}" } }))).toEqual({
      id: "greet",
      version: 1,
      messages: [
        { role: "system", content: "You write in English." },
        { role: "user", content: "Greet {{language}}." },
      ],
    });
  });

  it("names the variables that are missing, unknown or too long, and the versions there are", async () => {
    const { create, render } = await openPrompts();
    await create();
    const detail = async (body: object) => {
      const answer = await render(body);
      expect(answer.status).toBe(422);
      return (await json<Problem>(answer)).detail;
    };
    expect(await detail({})).toContain("variables.name is missing");
    expect(await detail({ variables: { name: "a", nome: "b" } })).toContain("variables.nome is no variable");
    expect(await detail({ variables: { name: "a".repeat(21) } })).toContain("longer than 20 characters");
    expect(await detail({ version: 2, variables: { name: "a" } })).toContain(
      "has no version 2; the latest is 1",
    );
    expect(await detail({ version: 1, label: "x" })).toContain("label must not be given beside version");
  });
});
