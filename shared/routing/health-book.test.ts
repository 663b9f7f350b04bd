import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openTestConea } from "../tasks/conea.fixture.ts";
import { createHealthBook, healthPath } from "./health-book.ts";
import { type ModelHealth, successAt, withSample } from "./model-health.ts";

describe("a model's health", () => {
  it("follows the latest calls, within what was measured", () => {
    const sample = fc.record({ isGood: fc.boolean(), firstTokenMs: fc.nat(10_000), afterMs: fc.nat(60_000) });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1 }), (samples) => {
        let health: ModelHealth | undefined;
        let now = 0;
        for (const { afterMs, ...one } of samples) {
          now += afterMs;
          const before = successAt(health, now);
          health = withSample(health, one, now);
          expect(health.success >= before).toBe(one.isGood || health.success === before);
        }
        const times = samples.map(({ firstTokenMs }) => firstTokenMs);
        expect(health?.success).toBeGreaterThanOrEqual(0);
        expect(health?.success).toBeLessThanOrEqual(1);
        expect(health?.firstTokenMs).toBeGreaterThanOrEqual(Math.min(...times) - 1e-6);
        expect(health?.firstTokenMs).toBeLessThanOrEqual(Math.max(...times) + 1e-6);
      }),
    );
  });

  it("is forgotten by half in thirty seconds where it is bad", () => {
    expect(successAt({ success: 0, at: 0 }, 30_000)).toBeCloseTo(0.5);
    expect(successAt(undefined, 0)).toBe(1);
  });
});

describe("the health book", () => {
  it("has other processes know within ten seconds, by one read and one write for each model", async () => {
    const { conea, clock, counts } = await openTestConea();
    const [here, there] = [createHealthBook(conea), createHealthBook(conea)];
    for (let call = 0; call < 5; call++) here.note("m", { isGood: false });
    await Promise.all([here.share("m"), here.share("m")]);
    expect((await there.read(["m", "n"])).get("m")?.success).toBeCloseTo(0.8 ** 5);
    here.note("m", { isGood: true, totalMs: 100 });
    await here.share("m");
    expect((await there.read(["m"])).get("m")?.totalMs).toBeUndefined();
    expect(counts.get("modelHealth")).toMatchObject({ writes: 1 });
    await clock.advance(10_000);
    await here.share("m");
    expect((await there.read(["m"])).get("m")?.totalMs).toBe(100);
  });

  it("keeps what was measured here when it reads what others wrote", async () => {
    const { conea, clock } = await openTestConea();
    const [here, there] = [createHealthBook(conea), createHealthBook(conea)];
    there.note("m", { isGood: true, firstTokenMs: 1_000 });
    await there.share("m");
    here.note("m", { isGood: false });
    await clock.advance(10_000);
    const read = (await here.read(["m"])).get("m");
    expect(read?.firstTokenMs).toBe(1_000);
    expect(read?.success).toBeCloseTo(0.8);
  });

  it("tells at once that a model refuses prefill, and keeps to it", async () => {
    const { conea, clock } = await openTestConea();
    const [here, there] = [createHealthBook(conea), createHealthBook(conea)];
    here.note("m", { isGood: true });
    await here.share("m");
    here.noteNoPrefill("m");
    await here.share("m");
    expect((await there.read(["m"])).get("m")).toMatchObject({ refusesPrefill: true });
    there.note("m", { isGood: true });
    await clock.advance(10_000);
    await there.share("m");
    expect((await conea.documents.get<ModelHealth>(healthPath("m")))?.data.refusesPrefill).toBe(true);
  });

  it("never rejects while the store is down", async () => {
    const { conea } = await openTestConea();
    const down = () => Promise.reject(new Error("down"));
    const book = createHealthBook({ ...conea, documents: { ...conea.documents, get: down, commit: down } });
    book.note("m", { isGood: true });
    await book.share("m");
    expect((await book.read(["m"])).get("m")).toMatchObject({ success: 1 });
  });
});
