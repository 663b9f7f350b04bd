import { describe, expect, it } from "vitest";
import type { Price, PricePage, Repriced } from "../../shared/api/prices.ts";
import type { Task } from "../../shared/api/task.ts";
import { admin, eve } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi, type Sent } from "./api.fixture.ts";

const row = { effectiveFrom: "2025-06-01", inputMicros: 1_000_000_000, outputMicros: 10_000_000_000 };
const period = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" };
/** The echo of the fixture reads 3 tokens and writes 5. */
const answerMicros = 3 * 1_000 + 5 * 10_000;

async function openAdmin(options: Parameters<typeof openApi>[0] = {}) {
  const test = await openApi(options);
  const key = await test.keyFor(admin);
  const asAdmin = (path: string, sent: Sent = {}) => test.send(path, { key, ...sent });
  const put = (body: object = {}, id = "m") =>
    asAdmin(`/v1/prices/${id}`, { method: "PUT", body: { ...row, ...body } });
  const reprice = async (body: object = {}) =>
    json<Repriced>(await asAdmin("/v1/prices/reprice", { method: "POST", body: { ...period, ...body } }));
  const list = async () => json<PricePage>(await test.send("/v1/prices"));
  const run = async () => {
    const { id = "" } = await json<Task>(await test.submit({ model: "m" }));
    await test.clock.advance(1_000);
    return id;
  };
  return { ...test, asAdmin, put, reprice, list, run };
}

describe("prices over HTTP", () => {
  it("sets, shows and takes back what a model costs, and prices calls by it at once", async () => {
    const { put, list, asAdmin, run, read } = await openAdmin();
    expect((await list()).unknown).toEqual(["m"]);
    const answer = await put();
    expect([answer.status, await json<Price>(answer)]).toEqual([
      200,
      {
        model: "m",
        tier: "standard",
        effectiveFrom: "2025-06-01T00:00:00.000Z",
        price: { inputMicros: row.inputMicros, outputMicros: row.outputMicros },
        origin: "api",
        inForce: true,
      },
    ]);
    expect(await list()).toMatchObject({ items: [{ model: "m", origin: "api" }], unknown: [] });
    expect((await read(await run())).cost).toEqual({ micros: answerMicros, known: true });
    expect((await asAdmin("/v1/prices/m", { method: "DELETE" })).status).toBe(204);
    expect((await asAdmin("/v1/prices/m", { method: "DELETE" })).status).toBe(204);
    expect((await list()).unknown).toEqual(["m"]);
    expect((await read(await run())).cost).toEqual({ known: false });
  });

  it("takes nothing back of what can be no model", async () => {
    const { asAdmin } = await openAdmin();
    for (const id of ["__proto__", "..%2fx", "tasks%2fx", "a".repeat(1_600), "nope"])
      expect((await asAdmin(`/v1/prices/${id}`, { method: "DELETE" })).status).toBe(204);
  });

  it("comes before the price of the model's entry, from its time on", async () => {
    const { put, list } = await openAdmin({ model: { price: { inputMicros: 1, outputMicros: 1 } } });
    await put({ effectiveFrom: "2030-01-01T01:00:00+01:00" });
    const inForce = async () => (await list()).items.map(({ origin, inForce }) => `${origin} ${inForce}`);
    expect(await inForce()).toEqual(["api false", "catalogue true"]);
    await put();
    expect(await inForce()).toEqual(["api false", "api true", "catalogue false"]);
  });

  it("takes back one of several, and replaces one of the same time", async () => {
    const { put, list, asAdmin } = await openAdmin();
    await put();
    await put({ inputMicros: 5 });
    await put({ effectiveFrom: "2025-07-01" });
    await put({ tier: "batch" });
    expect((await list()).items).toHaveLength(3);
    await asAdmin("/v1/prices/m?effectiveFrom=2025-06-01&tier=standard", { method: "DELETE" });
    const left = (await list()).items.map(
      ({ tier, effectiveFrom }) => `${tier} ${effectiveFrom?.slice(0, 10)}`,
    );
    expect(left.toSorted()).toEqual(["batch 2025-06-01", "standard 2025-07-01"]);
  });

  it("is changed by administrators alone, and holds for every tenant", async () => {
    const { put, send, keyFor, asAdmin } = await openAdmin();
    expect((await send("/v1/prices/m", { method: "PUT", body: row })).status).toBe(403);
    expect((await send("/v1/prices/m", { method: "DELETE" })).status).toBe(403);
    expect((await send("/v1/prices/reprice", { method: "POST", body: period })).status).toBe(403);
    await put();
    const shown = await json<PricePage>(await asAdmin("/v1/prices", { key: await keyFor(eve) }));
    expect(shown.items).toHaveLength(1);
  });

  it.each([
    { effectiveFrom: "yesterday" },
    { inputMicros: -1 },
    { inputMicros: 0.5 },
    { inputMicros: undefined, outputMicros: undefined },
    { tier: "cheap" },
    { longContext: { inputMicros: 1 } },
    { dollars: 1 },
  ])("refuses the price %j", async (change) => {
    const { put } = await openAdmin();
    expect((await put(change)).status).toBe(422);
  });

  it("knows no price of a model that there is not", async () => {
    const { put } = await openAdmin();
    expect((await put({}, "nobody")).status).toBe(404);
  });
});

describe("pricing a past period anew", () => {
  it("tells the difference, changes nothing without being told to, and nothing more the second time", async () => {
    const { put, reprice, run, read } = await openAdmin();
    const ids = [await run(), await run()];
    await put();
    const wouldBe = await reprice();
    expect(wouldBe).toMatchObject({
      ...{ tasks: 2, changed: 2, skipped: 0 },
      models: [
        {
          ...{ provider: "main", model: "m", attempts: 2, beforeMicros: 0, afterMicros: 2 * answerMicros },
          ...{ unknownBefore: 2, unknownAfter: 0 },
        },
      ],
    });
    expect((await read(ids[0] ?? "")).cost).toEqual({ known: false });
    expect(await reprice({ apply: true })).toEqual(wouldBe);
    for (const id of ids) {
      const task = await read(id);
      expect(task.cost).toEqual({ micros: answerMicros, known: true });
      expect(task.attempts[0]?.costMicros).toBe(answerMicros);
    }
    expect(await reprice({ apply: true })).toMatchObject({ tasks: 2, changed: 0 });
  });

  it("takes a cost back that is not known any more", async () => {
    const { put, reprice, run, read, asAdmin } = await openAdmin();
    await put();
    const id = await run();
    await asAdmin("/v1/prices/m", { method: "DELETE" });
    await reprice({ apply: true });
    const task = await read(id);
    expect(task.cost).toEqual({ known: false });
    expect(task.attempts[0]).not.toHaveProperty("costMicros");
  });

  it("leaves what is outside the period, another model's or another provider's as it is", async () => {
    const { put, reprice, run } = await openAdmin();
    await run();
    await put();
    expect(await reprice({ from: "2025-01-01T00:00:00Z", to: period.from })).toMatchObject({ tasks: 0 });
    expect(await reprice({ model: "other" })).toMatchObject({ tasks: 0 });
    expect(await reprice({ provider: "other" })).toMatchObject({ tasks: 0 });
    expect(await reprice({ model: "m", provider: "main" })).toMatchObject({ tasks: 1 });
  });

  it("goes through all queues, page by page", async () => {
    const { put, reprice, run, submit, clock } = await openAdmin({ second: true });
    await run();
    await submit({ model: "n" });
    await clock.advance(1_000);
    await put();
    await put({}, "n");
    const first = await reprice({ apply: true });
    expect(first).toMatchObject({ changed: 1, models: [{ provider: "main" }] });
    const second = await reprice({ apply: true, cursor: first.nextCursor });
    expect(second).toMatchObject({ changed: 1, models: [{ provider: "second" }] });
    expect(second).not.toHaveProperty("nextCursor");
  });

  it.each(["x", "W10", Buffer.from('["main","later","task_x"]').toString("base64url")])(
    "refuses the cursor %s",
    async (cursor) => {
      const { asAdmin } = await openAdmin();
      const answer = await asAdmin("/v1/prices/reprice", { method: "POST", body: { ...period, cursor } });
      expect(answer.status).toBe(422);
    },
  );

  it("refuses a period that ends before it begins", async () => {
    const { asAdmin } = await openAdmin();
    const body = { from: period.to, to: period.from };
    expect((await asAdmin("/v1/prices/reprice", { method: "POST", body })).status).toBe(422);
  });
});
