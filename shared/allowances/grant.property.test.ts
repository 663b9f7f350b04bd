import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AllowanceDocument, toAllowance, toFree, toTotal, toUnused } from "./allowance-document.ts";
import { giveUp, grant, strandedPart } from "./grant.ts";

const now = Date.parse("2026-01-10T12:00:00.000Z");
const whose = { tenant: "acme", scope: "tenant" as const, scopeId: "acme" };
const allowance = toAllowance(whose, { measure: "micros", count: 0, period: "month" }, now);

const slice = fc.constantFrom("slice_a", "slice_b", "slice_c");
const need = fc
  .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 }))
  .map(([one, other]) => ({ least: Math.min(one, other), most: Math.max(one, other) }));
const step = fc.oneof(
  fc.record({
    kind: fc.constant("grant" as const),
    slice,
    needs: fc.array(need, { maxLength: 4 }),
    wanted: fc.integer({ min: 0, max: 100 }),
  }),
  fc.record({
    kind: fc.constant("account" as const),
    slice,
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ kind: fc.constant("giveUp" as const), slice }),
);

/** What a process knows of its slice, kept by the test as the product keeps it. */
type Own = { free: number; promised: number };

describe("grant", () => {
  it("never hands out more than there is, keeps little aside, and refuses only what is not there", () => {
    const story = fc.record({
      limit: fc.integer({ min: 0, max: 2_000 }),
      steps: fc.array(step, { maxLength: 40 }),
    });
    fc.assert(
      fc.property(story, ({ limit, steps }) => {
        let document: AllowanceDocument = toUnused(allowance, limit, "");
        const owns = new Map<string, Own>();
        for (const one of steps) {
          const own = owns.get(one.slice) ?? { free: 0, promised: 0 };
          owns.set(one.slice, own);
          const told = { slice: one.slice, mark: "m", free: own.free, used: 0, now };
          if (one.kind === "grant") {
            const result = grant(document, { ...told, needs: one.needs, wanted: one.wanted });
            const there = own.free + limit - toTotal(document);
            const got = result.got.reduce((sum: number, amount) => sum + (amount ?? 0), 0);
            for (const [index, amount] of result.got.entries()) {
              const { least = 0, most = 0 } = one.needs[index] ?? {};
              if (amount === undefined) expect(there - got).toBeLessThan(least);
              else expect(amount >= least && amount <= most).toBe(true);
            }
            if (!result.isUnchanged) {
              document = result.document;
              own.free = result.free;
              own.promised += got;
            }
          } else if (one.kind === "giveUp") {
            document = giveUp(document, told);
            own.free = 0;
          } else {
            const amount = Math.floor(own.promised * one.part);
            own.promised -= amount;
            const entry = document.slices[one.slice] ?? { granted: 0 };
            const slices = { ...document.slices, [one.slice]: { ...entry, granted: entry.granted - amount } };
            document = { ...document, spent: document.spent + Math.floor(amount / 2), slices };
          }
          expect(toTotal(document)).toBeLessThanOrEqual(limit);
          expect(toFree(document)).toBeLessThanOrEqual(limit * strandedPart);
          const out = [...owns.values()].reduce((sum, { free, promised }) => sum + free + promised, 0);
          expect(toTotal(document)).toBe(document.spent + out);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes from what a slice has free where the limit was lowered", () => {
    const start = grant(toUnused(allowance, 1_000, ""), {
      ...{
        slice: "slice_a",
        mark: "m",
        free: 0,
        used: 0,
        now,
        needs: [{ least: 500, most: 500 }],
        wanted: 25,
      },
    });
    const lowered = { ...start.document, limit: 510 };
    const after = grant(lowered, {
      ...{
        slice: "slice_a",
        mark: "n",
        free: 25,
        used: 0,
        now,
        needs: [{ least: 20, most: 20 }],
        wanted: 25,
      },
    });
    expect(after.got).toEqual([undefined]);
    expect(toTotal(after.document)).toBe(510);
  });
});
