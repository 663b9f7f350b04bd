import { describe, expect, it } from "vitest";
import type { Model } from "../../shared/api/models.ts";
import type { QueueView, Recovery } from "../../shared/api/queues.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { admin, type TestOptions } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi, type Sent } from "./api.fixture.ts";

const entry = { provider: "main", name: "vendor-new", kinds: ["chat"] };
const limits = { requests: "1/min", concurrency: 4 };

async function openAdmin(options: TestOptions = {}) {
  const test = await openApi({ second: true, ...options });
  const key = await test.keyFor(admin);
  const asAdmin = (path: string, sent: Sent = {}) => test.send(path, { key, ...sent });
  const post = (path: string, body?: object) => asAdmin(path, { method: "POST", ...(body && { body }) });
  const put = (id: string, body: object) => asAdmin(`/v1/models/${id}`, { method: "PUT", body });
  const register = (id: string, changes: object = {}) =>
    post("/v1/models", { id, ...entry, limits, ...changes });
  const queue = async (id: string) => json<QueueView>(await asAdmin(`/v1/queues/${id}`));
  const queues = async () => (await json<{ items: QueueView[] }>(await asAdmin("/v1/queues"))).items;
  return { ...test, asAdmin, post, put, register, queue, queues };
}

describe("a model that is registered with limits of its own", () => {
  it("shows its line as its provider, its account, and its limits as they hold", async () => {
    const { register, send } = await openAdmin();
    const created = await register("New.1", {
      limits: { requests: ["10/s", "600/min"], tokens: "60000/60s" },
    });
    const shown = {
      ...{ id: "New.1", ...entry, provider: "main-new-1", account: "main", source: "api" },
      limits: { requests: ["10/s", "600/min"], tokens: "60000/min" },
    };
    expect([created.status, await json<Model>(created)]).toEqual([201, shown]);
    expect(await json<Model>(await send("/v1/models/New.1"))).toEqual(shown);
    expect(
      (await register("New.1", { limits: { requests: ["10/s", "600/min"], tokens: "60000/min" } })).status,
    ).toBe(201);
    expect((await register("New.1", { limits: { requests: "10/s" } })).status).toBe(409);
  });

  it("is named by its account too", async () => {
    const { register, submit } = await openAdmin();
    await register("new");
    for (const model of ["new", "main/new", "main/vendor-new"])
      expect(await json(await submit({ model }))).toMatchObject({ model: "new", queue: "main-new" });
  });

  it("has a queue that is listed, paused, resumed and recovered like any other", async () => {
    const { register, submit, send, post, queue, queues, clock } = await openAdmin();
    await register("new");
    expect((await queues()).map(({ id, account }) => [id, account])).toEqual([
      ["main", undefined],
      ["second", undefined],
      ["main-new", "main"],
    ]);
    expect(await json(await post("/v1/queues/main-new/pause"))).toMatchObject({ paused: true });
    const { id } = await json(await submit({ model: "new" }));
    await clock.advance(70_000);
    expect(await queue("main-new")).toMatchObject({ ready: 1, limits: [{ rate: "1/min" }, { allowed: 4 }] });
    expect(await queue("main")).toMatchObject({ ready: 0, paused: false });
    const recovery = await json<Recovery>(await post("/v1/queues/recover", {}));
    expect(recovery.queues).toMatchObject([
      { id: "main" },
      { id: "second" },
      { id: "main-new", paused: true },
    ]);
    await post("/v1/queues/main-new/resume");
    await clock.advance(1_000);
    expect(await json(await send(`/v1/tasks/${id}`))).toMatchObject({ status: "succeeded" });
  });

  it("has a breaker of its own, which its provider's other models do not feel", async () => {
    const { register, submit, post, queue, clock } = await openAdmin({
      breaker: { failures: 1, openMs: 600_000 },
      provider: {
        async chat({ model }) {
          if (model === "vendor-new") throw new ProviderError("overloaded");
          return { result: { text: "ok", finishReason: "stop" }, usage };
        },
      },
    });
    await register("new");
    await submit({ model: "new" });
    const { id } = await json(await submit({ model: "m" }));
    await clock.advance(1_000);
    expect(await queue("main-new")).toMatchObject({ breaker: { state: "open" } });
    expect(await queue("main")).toMatchObject({ breaker: { state: "closed" }, ready: 0 });
    expect(id).toMatch(/^task_/);
    expect(await json(await post("/v1/queues/main-new/breaker/reset"))).toMatchObject({
      breaker: { state: "closed" },
    });
  });

  it("loses its line with its limits, which is then retired and takes nothing new", async () => {
    const { register, put, asAdmin, submit, queue } = await openAdmin();
    await register("new");
    const replaced = await put("new", entry);
    expect(await json<Model>(replaced)).toEqual({ id: "new", ...entry, source: "api" });
    expect(await json(await submit({ model: "new" }))).toMatchObject({ queue: "main" });
    expect(await queue("main-new")).toMatchObject({ retiredAt: "2026-01-01T00:00:00.000Z" });
    expect((await asAdmin("/v1/models/new", { method: "DELETE" })).status).toBe(204);
    expect((await asAdmin("/v1/queues/main-newest")).status).toBe(404);
  });

  it.each([
    [{}, "limits", "requests, tokens or concurrency"],
    [{ requests: "10 a minute" }, "limits.requests", "must be a rate"],
    [{ requests: "0/min" }, "limits.requests", "must be a rate"],
    [{ requests: "5/0min" }, "limits.requests", "must be a rate"],
    [{ requests: [] }, "limits.requests", "at least 1"],
    [{ tokens: "10/fortnight" }, "limits.tokens", "must be a rate"],
    [{ concurrency: 0 }, "limits.concurrency", "at least 1"],
    [{ requests: "1/min", colour: "red" }, "limits.colour", "not a known field"],
  ])("refuses limits of %j", async (limits, field, message) => {
    const { register } = await openAdmin();
    const answer = await register("new", { limits });
    expect(answer.status).toBe(422);
    const { errors } = await json<{ errors: { field: string; message: string }[] }>(answer);
    expect(errors).toMatchObject([{ field, message: expect.stringContaining(message) }]);
  });

  it.each(["a.b", "A-b"])("refuses a line that is called as another's (%s)", async (id) => {
    const { register, asAdmin } = await openAdmin();
    await register("a-b");
    const taken = "would give its line the name main-a-b, which is taken; call the model something else";
    expect(await json(await register(id))).toMatchObject({ errors: [{ field: "limits", message: taken }] });
    await asAdmin("/v1/models/a-b", { method: "DELETE" });
    expect((await register(id)).status).toBe(422);
    expect((await register("a-b")).status).toBe(201);
  });

  it("refuses a provider that is a line of another model", async () => {
    const { register } = await openAdmin();
    await register("new");
    const answer = await register("newer", { provider: "main-new" });
    expect(await json(answer)).toMatchObject({ errors: [{ field: "provider" }] });
  });
});

const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
