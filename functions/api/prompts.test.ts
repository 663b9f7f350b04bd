import { describe, expect, it } from "vitest";
import type { Prompt, PromptSummary, PromptVersion } from "../../shared/api/prompts.ts";
import { bob, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { json } from "./api.fixture.ts";
import { greeting, openPrompts, shorter } from "./prompts.fixture.ts";

describe("prompts", () => {
  it("are created, shown, listed, changed by versions, and deleted", async () => {
    const { create, put, send, clock } = await openPrompts();
    const created = await create("greet", { description: "says hello" });
    expect([created.status, created.headers.get("location")]).toEqual([201, "/v1/prompts/greet"]);
    const prompt = await json<Prompt>(created);
    const known = { id: "greet", description: "says hello", version: 1, labels: {}, createdBy: "ann" };
    expect(prompt).toMatchObject({ ...known, ...greeting });
    await clock.advance(1_000);
    const replaced = await json<Prompt>(await put());
    expect(replaced).toMatchObject({ version: 2, template: shorter.template, createdAt: prompt.createdAt });
    expect(replaced.updatedAt > prompt.updatedAt).toBe(true);
    expect(replaced).not.toHaveProperty("description");
    expect(await json<Prompt>(await send("/v1/prompts/greet"))).toEqual(replaced);
    const { items } = await json<{ items: PromptSummary[] }>(await send("/v1/prompts"));
    expect(items).toMatchObject([{ id: "greet", version: 2 }]);
    expect(items[0]).not.toHaveProperty("template");
    expect((await send("/v1/prompts/greet", { method: "DELETE" })).status).toBe(204);
    expect((await send("/v1/prompts/greet")).status).toBe(404);
    expect((await send("/v1/prompts/greet", { method: "DELETE" })).status).toBe(404);
    expect(await json(await send("/v1/prompts"))).toEqual({ items: [] });
  });

  it("keep every version as it was, also after they are gone, and never give a number twice", async () => {
    const { create, put, send } = await openPrompts();
    await create();
    await put();
    const first = await json<PromptVersion>(await send("/v1/prompts/greet/versions/1"));
    expect(first).toMatchObject({ id: "greet", version: 1, ...greeting, createdBy: "ann" });
    await send("/v1/prompts/greet", { method: "DELETE" });
    expect(await json<PromptVersion>(await send("/v1/prompts/greet/versions/1"))).toEqual(first);
    expect((await send("/v1/prompts/greet/versions")).status).toBe(404);
    expect(await json<Prompt>(await create())).toMatchObject({ version: 3, labels: {} });
    const { items } = await json<{ items: PromptVersion[] }>(await send("/v1/prompts/greet/versions"));
    expect(items.map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  it.each(["0", "4", "x", "1.5", "-1", "99999999999", "__proto__"])("have no version %s", async (version) => {
    const { create, send } = await openPrompts();
    await create();
    expect((await send(`/v1/prompts/greet/versions/${version}`)).status).toBe(404);
  });

  it("make nothing new when a call is repeated, and refuse another of the same id", async () => {
    const { create, put } = await openPrompts();
    expect((await create()).status).toBe(201);
    expect(
      await json<Prompt>(await create("greet", {}, { headers: { "Idempotency-Key": "k" } })),
    ).toMatchObject({
      version: 1,
    });
    expect(await json<Prompt>(await put(greeting))).toMatchObject({ version: 1 });
    expect((await create("greet", { template: shorter.template })).status).toBe(409);
    expect(await json<Prompt>(await put({ ...greeting, description: "new" }))).toMatchObject({ version: 2 });
    expect((await put(greeting, "nowhere")).status).toBe(404);
  });

  it("let versions that are made at the same moment all be made", async () => {
    const { create, put, send } = await openPrompts();
    await create();
    const texts = ["a", "b", "c", "d"].map((content) => ({ template: [{ role: "user", content }] }));
    const made = await Promise.all(texts.map((body) => put(body)));
    const versions = await Promise.all(made.map(async (answer) => (await json<Prompt>(answer)).version));
    expect(versions.toSorted()).toEqual([2, 3, 4, 5]);
    const { items } = await json<{ items: PromptVersion[] }>(await send("/v1/prompts/greet/versions"));
    expect(new Set(items.slice(0, 4).map(({ template }) => template[0]?.content))).toEqual(
      new Set(["a", "b", "c", "d"]),
    );
  });

  it("belong to their tenant: read by its viewers, written by its users, unknown to others", async () => {
    const { create, put, send, label, render, keyFor } = await openPrompts();
    await create();
    const [asBob, asViewer, asEve] = await Promise.all([bob, viewer, eve].map(keyFor));
    expect((await put(shorter, "greet", { key: asBob })).status).toBe(200);
    expect((await send("/v1/prompts/greet", { key: asViewer })).status).toBe(200);
    expect((await render({ variables: { name: "x" } }, "greet", { key: asViewer })).status).toBe(200);
    for (const refused of [
      create("other", {}, { key: asViewer }),
      put(greeting, "greet", { key: asViewer }),
      label("production", 1, { key: asViewer }),
      send("/v1/prompts/greet", { method: "DELETE", key: asViewer }),
      send("/v1/prompts/greet/labels/production", { method: "DELETE", key: asViewer }),
    ])
      expect((await refused).status).toBe(403);
    for (const path of ["", "/versions", "/versions/1"])
      expect((await send(`/v1/prompts/greet${path}`, { key: asEve })).status).toBe(404);
    expect((await put(shorter, "greet", { key: asEve })).status).toBe(404);
    expect((await render({}, "greet", { key: asEve })).status).toBe(404);
    expect(await json<Prompt>(await create("greet", {}, { key: asEve }))).toMatchObject({ version: 1 });
    expect(await json<Prompt>(await send("/v1/prompts/greet"))).toMatchObject({ version: 2 });
  });

  it("are listed page by page, each once, and versions too", async () => {
    const { create, put, send } = await openPrompts();
    for (const id of ["c", "a", "e", "b", "d"]) await create(id);
    for (let n = 0; n < 4; n++) await put({ template: [{ role: "user", content: `${n}` }] }, "a");
    const walk = async (path: string) => {
      const seen: unknown[] = [];
      let cursor: string | undefined = "";
      while (cursor !== undefined) {
        const page: { items: PromptVersion[]; nextCursor?: string } = await json(
          await send(`${path}?limit=2${cursor && `&cursor=${cursor}`}`),
        );
        seen.push(...page.items.map(({ id, version }) => (path.endsWith("versions") ? version : id)));
        cursor = page.nextCursor;
      }
      return seen;
    };
    expect(await walk("/v1/prompts")).toEqual(["a", "b", "c", "d", "e"]);
    expect(await walk("/v1/prompts/a/versions")).toEqual([5, 4, 3, 2, 1]);
    for (const cursor of ["!!", "eA=="])
      expect((await send(`/v1/prompts?cursor=${cursor}`)).status).toBe(422);
    expect((await send("/v1/prompts/a/versions?cursor=eA")).status).toBe(422);
  });
});
