import { describe, expect, it } from "vitest";
import type { Model } from "../../shared/api/models.ts";
import type { Task } from "../../shared/api/task.ts";
import { admin, eve } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi, type Sent } from "./api.fixture.ts";

const entry = { provider: "main", name: "vendor-new", kinds: ["chat"], quality: 0.7 };

async function openAdmin() {
  const test = await openApi({ second: true, model: { fallbacks: ["n"] } });
  const key = await test.keyFor(admin);
  const asAdmin = (path: string, sent: Sent = {}) => test.send(path, { key, ...sent });
  const register = (id: string, changes: object = {}, sent: Sent = {}) =>
    asAdmin("/v1/models", { method: "POST", body: { id, ...entry, ...changes }, ...sent });
  return { ...test, asAdmin, register };
}

describe("registering models", () => {
  it("registers, shows, lists, replaces and deletes a model, and runs tasks by it", async () => {
    const { asAdmin, register, send, submit, read, clock } = await openAdmin();
    const created = await register("new");
    expect([created.status, created.headers.get("location")]).toEqual([201, "/v1/models/new"]);
    expect(await json(created)).toEqual({ id: "new", ...entry, source: "api" });
    const listed = (await json<{ items: Model[] }>(await send("/v1/models"))).items;
    expect(listed.map(({ id, source }) => `${id} ${source}`).toSorted()).toEqual([
      "m file",
      "n file",
      "new api",
    ]);
    const { id } = await json(await submit({ model: "new" }));
    await clock.advance(1_000);
    expect(await read(id ?? "")).toMatchObject({ status: "succeeded", model: "new", queue: "main" });
    const replaced = await asAdmin("/v1/models/new", {
      method: "PUT",
      body: { ...entry, contextTokens: 10 },
    });
    expect([replaced.status, (await json<Model>(replaced)).contextTokens]).toEqual([200, 10]);
    expect(await json<Model>(await send("/v1/models/new"))).toMatchObject({ contextTokens: 10 });
    expect((await asAdmin("/v1/models/new", { method: "DELETE" })).status).toBe(204);
    expect((await send("/v1/models/new")).status).toBe(404);
    expect((await submit({ model: "new" })).status).toBe(404);
  });

  it("is for administrators alone, and holds for every tenant", async () => {
    const { register, send, keyFor, asAdmin } = await openAdmin();
    const body = { id: "new", ...entry };
    expect((await send("/v1/models", { method: "POST", body })).status).toBe(403);
    await register("new");
    expect((await send("/v1/models/new", { method: "PUT", body: entry })).status).toBe(403);
    expect((await send("/v1/models/new", { method: "DELETE" })).status).toBe(403);
    expect((await send("/v1/models/new", { key: await keyFor(eve) })).status).toBe(200);
    expect((await asAdmin("/v1/models/new")).status).toBe(200);
  });

  it("makes nothing new when it is repeated, and refuses another of the same id", async () => {
    const { register } = await openAdmin();
    expect((await register("new", {}, { headers: { "Idempotency-Key": "once" } })).status).toBe(201);
    expect((await register("new")).status).toBe(201);
    const other = await register("new", { quality: 0.1 });
    expect(other.status).toBe(409);
    expect(await json(other)).toMatchObject({ code: "conflict" });
  });

  it("leaves what conea.yaml says to that file", async () => {
    const { register, asAdmin } = await openAdmin();
    expect((await register("m")).status).toBe(409);
    for (const sent of [{ method: "PUT", body: entry }, { method: "DELETE" }]) {
      const answer = await asAdmin("/v1/models/m", sent);
      expect(answer.status).toBe(409);
      expect((await json(answer)).detail).toContain("conea.yaml");
    }
    expect((await asAdmin("/v1/models/nowhere", { method: "DELETE" })).status).toBe(404);
  });

  it.each([
    [{ provider: "nowhere" }, "provider", "not among the providers"],
    [{ fallbacks: ["nowhere"] }, "fallbacks", "not among the models"],
    [{ fallbacks: ["new"] }, "fallbacks", "names the model itself"],
    [{ kinds: ["speech"], fallbacks: ["n"] }, "fallbacks", "does chat and not speech"],
  ])("refuses an entry with %j and says why", async (changes, field, message) => {
    const { register } = await openAdmin();
    const answer = await register("new", changes);
    expect(answer.status).toBe(422);
    const problem = await json<{ detail: string; errors: { field: string }[] }>(answer);
    expect(problem.detail).toContain(message);
    expect(problem.errors).toMatchObject([{ field }]);
  });

  it.each([{ kinds: [] }, { quality: 2 }, { price: { inputMicros: -1 } }, { colour: "red" }])(
    "refuses an entry with %j",
    async (changes) => {
      const { register } = await openAdmin();
      expect((await register("new", changes)).status).toBe(422);
    },
  );

  it("keeps a model that another falls back to", async () => {
    const { register, asAdmin } = await openAdmin();
    await register("new");
    await register("newer", { fallbacks: ["new", "m"] });
    const answer = await asAdmin("/v1/models/new", { method: "DELETE" });
    expect(answer.status).toBe(409);
    expect((await json(answer)).detail).toBe("The model new is a fallback of newer.");
  });

  it("lets two registrations at the same moment both happen", async () => {
    const { register, send } = await openAdmin();
    await Promise.all(["a", "b", "c"].map((id) => register(id)));
    const { items } = await json<{ items: Model[] }>(await send("/v1/models"));
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(["a", "b", "c"]));
  });
});

describe("routes", () => {
  it("show who may serve a task, in order and why", async () => {
    const { submit, send } = await openAdmin();
    const { route } = await json<Task>(await submit({ model: "m" }));
    expect(route).toEqual({
      at: 0,
      candidates: [
        { model: "m", provider: "main", reason: "named by the request" },
        { model: "n", provider: "second", reason: "a fallback of m" },
      ],
    });
    const auto = await json<Task>(await submit({ model: "auto", route: { prefer: "quality" } }));
    expect(auto.route?.candidates.map(({ reason }) => reason)).toEqual(["quality: 0.5", "quality: 0.5"]);
    expect(await json<Task>(await send(`/v1/tasks/${auto.id}`))).toMatchObject({
      route: { prefer: "quality" },
    });
    const alone = await json<Task>(await submit({ model: "n" }));
    expect(alone).not.toHaveProperty("route");
  });

  it("finds registered models, for auto and as candidates", async () => {
    const { register, submit } = await openAdmin();
    await register("best", { quality: 1 });
    const auto = await json<Task>(await submit({ model: "auto", route: { prefer: "quality" } }));
    expect(auto.model).toBe("best");
    const chosen = await json<Task>(await submit({ route: { candidates: ["best", "second/n"] } }));
    expect(chosen.route?.candidates.map(({ model }) => model)).toEqual(["best", "n"]);
    expect(await json<Task>(await submit({ model: "main/vendor-new" }))).toMatchObject({ model: "best" });
  });

  it("refuse what nothing satisfies, and say what is missing", async () => {
    const { submit } = await openAdmin();
    const answer = await submit({ model: "m", route: { require: { prefill: true } } });
    expect(answer.status).toBe(422);
    expect(await json(answer)).toMatchObject({
      detail: "No model fits the request: m lacks prefill; n lacks prefill.",
      errors: [{ field: "route.require" }],
    });
  });
});
