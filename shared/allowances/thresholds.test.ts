import { describe, expect, it } from "vitest";
import { ann, openAllowances } from "./allowances.fixture.ts";

const money = { tenant: { micros: "1000/month" } };

describe("thresholds", () => {
  it("are told once each of what is spent, whatever comes after", async () => {
    const at = await openAllowances(money);
    const [one, two] = [at.start(), at.start()];
    for (let index = 0; index < 24; index++) {
      const process = index % 2 === 0 ? one : two;
      const reservation = await at.settle(process.reserve(ann, { micros: 45 })).catch(() => undefined);
      if (!reservation) continue;
      process.note(...(await at.endTask(await at.createTask(`t${index}`, reservation), 45)));
      await at.settle(process.flush());
    }
    await at.clock.advance(1_000);
    const told = at.published.map((event) => "allowance" in event && event.allowance.percent);
    expect(told).toEqual([50, 80, 100]);
    expect(at.published[0]).toMatchObject({
      type: "allowance.threshold",
      tenant: "acme",
      allowance: { scope: "tenant", scopeId: "acme", measure: "micros", limit: 1_000 },
    });
    expect(await at.documents.query({ collection: "allowanceEvents" })).toEqual([]);
  });

  it("are not told of what is only reserved", async () => {
    const at = await openAllowances(money);
    const process = at.start();
    const reservation = await at.settle(process.reserve(ann, { micros: 990 }));
    process.note(...(await at.endTask(await at.createTask("t", reservation), 10)));
    await at.settle(process.flush());
    await at.settle(process.reserve(ann, { micros: 400 }));
    expect(at.published).toEqual([]);
  });

  it("are told by the sweep of what was spent after the last look", async () => {
    const at = await openAllowances(money);
    const process = at.start();
    const reservation = await at.settle(process.reserve(ann, { micros: 900 }));
    const task = await at.createTask("t", reservation);
    await at.settle(process.drain());
    process.note(...(await at.endTask(task, 850)));
    await at.settle(process.flush());
    await at.clock.advance(10 * 60_000);
    await at.settle(at.sweep());
    const told = at.published.map((event) => "allowance" in event && event.allowance.percent);
    expect(told).toEqual([50, 80]);
  });
});
