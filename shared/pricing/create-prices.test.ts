import { describe, expect, it } from "vitest";
import { ConeaConfig } from "../config/conea-config.ts";
import { admin, ann, openTestConea } from "../tasks/conea.fixture.ts";
import { taskPath } from "../tasks/task-document.ts";
import { createPrices, toQuestion } from "./create-prices.ts";
import { findPrice } from "./find-price.ts";
import { repriceTasks } from "./reprice-tasks.ts";
import { deletePrices, setPrice } from "./set-prices.ts";
import { shippedPrices } from "./shipped-prices.ts";

const row = { effectiveFrom: "2025-01-01", tier: "standard" as const, inputMicros: 1_000_000 };
const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 0 };

describe("the prices of a process", () => {
  it("are those of a minute ago at most, and are read no more often", async () => {
    const { conea, clock, counts } = await openTestConea();
    const other = createPrices(conea);
    const call = () => ({ provider: "main", model: "m", at: clock.now() });
    expect((await other.cost(call(), usage)).known).toBe(false);
    await setPrice(conea, admin, "m", row);
    expect(await conea.prices.cost(call(), usage)).toEqual({ micros: 3, known: true });
    const reads = () => counts.get("prices")?.reads ?? 0;
    const before = reads();
    await clock.advance(59_000);
    expect((await other.cost(call(), usage)).known).toBe(false);
    expect(reads()).toBe(before);
    await clock.advance(1_000);
    await Promise.all([other.read(), other.read()]);
    expect(await other.cost(call(), usage)).toEqual({ micros: 3, known: true });
    expect(reads()).toBe(before + 1);
  });

  it("stay what they were while they cannot be read, and say so", async () => {
    const { conea, clock, lines } = await openTestConea();
    await setPrice(conea, admin, "m", row);
    let isDown = false;
    const documents = {
      ...conea.documents,
      query: (query: never) => (isDown ? Promise.reject(new Error("down")) : conea.documents.query(query)),
    } as typeof conea.documents;
    const prices = createPrices({ ...conea, documents });
    await prices.read();
    isDown = true;
    await clock.advance(120_000);
    const cost = await prices.cost({ provider: "main", model: "m", at: clock.now() }, usage);
    expect(cost).toEqual({ micros: 3, known: true });
    expect(lines.map(({ sentence }) => sentence)).toContain("the prices could not be read");
  });

  it("keep all that several administrators set at the same moment", async () => {
    const { conea } = await openTestConea();
    const days = ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"];
    await Promise.all(days.map((effectiveFrom) => setPrice(conea, admin, "m", { ...row, effectiveFrom })));
    const { book } = await conea.prices.read();
    expect(
      book.rows
        .get("m")
        ?.map(({ effectiveFrom }) => effectiveFrom.slice(0, 10))
        .toSorted(),
    ).toEqual(days);
  });

  it("do not read the store for what nobody asks", async () => {
    const { submit, counts } = await openTestConea();
    await submit();
    expect(counts.get("prices")).toBeUndefined();
  });
});

describe("a vendor's shipped price", () => {
  const question = (provider: object) => {
    const config = ConeaConfig.parse({
      providers: { main: { kind: "openai", apiKey: "secret:K", ...provider } },
    });
    const entry = { name: "gpt-5.5" };
    const call = { provider: "main", model: "m", at: Date.parse("2026-11-26") };
    return findPrice({ rows: new Map(), shipped: shippedPrices }, toQuestion(config, call, entry));
  };

  it("is for the vendor's models by the vendor's names, whatever the catalogue calls them", () => {
    expect(question({})?.price).toMatchObject({ inputMicros: 5_000_000, outputMicros: 30_000_000 });
  });

  it("is not for another server that speaks its protocol and has a model of that name", () => {
    expect(question({ baseUrl: "http://127.0.0.1:8000/v1" })).toBeUndefined();
  });
});

describe("a price that is set", () => {
  it("is set and taken back by administrators alone", async () => {
    const { conea } = await openTestConea();
    await expect(setPrice(conea, ann, "m", row)).rejects.toThrow("role admin");
    await expect(deletePrices(conea, ann, "m", {})).rejects.toThrow("role admin");
    const period = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", apply: true };
    await expect(repriceTasks(conea, ann, period)).rejects.toThrow("role admin");
  });

  it("does not overwrite what somebody else has written meanwhile when a period is priced anew", async () => {
    const { conea, submit, clock, read } = await openTestConea();
    const { task } = await submit();
    await clock.advance(1_000);
    await setPrice(conea, admin, "m", { ...row, outputMicros: 0 });
    const documents = {
      ...conea.documents,
      query: async (query: never) => {
        const found = await conea.documents.query(query);
        await conea.documents.commit([
          { op: "update", path: taskPath(task.id), fields: { relatedEntity: "o/1" } },
        ]);
        return found;
      },
    } as typeof conea.documents;
    await conea.prices.read();
    const period = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", apply: true };
    expect(await repriceTasks({ ...conea, documents }, admin, period)).toMatchObject({
      changed: 1,
      skipped: 1,
    });
    expect(await read(task.id)).toMatchObject({ relatedEntity: "o/1", cost: { known: false } });
    expect(await repriceTasks(conea, admin, period)).toMatchObject({ changed: 1, skipped: 0 });
    expect((await read(task.id)).cost.known).toBe(true);
  });
});

describe("a route by cost", () => {
  it("goes to the cheapest by the prices in force, wherever these are known", async () => {
    const { conea, submit } = await openTestConea({
      second: true,
      model: { price: { inputMicros: 1_000_000, outputMicros: 1_000_000 } },
      secondModel: { price: { inputMicros: 2_000_000, outputMicros: 2_000_000 } },
    });
    const ask = async () => {
      const { task } = await submit({
        type: "chat",
        input: { messages: [{ role: "user", content: "Hello" }] },
        ...{ priority: 5, stream: false, model: "auto", route: { prefer: "cost" } },
      });
      return task.model;
    };
    expect(await ask()).toBe("m");
    await setPrice(conea, admin, "m", { ...row, inputMicros: 3_000_000, outputMicros: 3_000_000 });
    expect(await ask()).toBe("n");
  });
});
