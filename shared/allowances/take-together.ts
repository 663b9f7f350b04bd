import type { Measure } from "../api/allowances.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Reservation, Reserved } from "./allowances.ts";
import type { Need } from "./grant.ts";
import type { Part, Taken } from "./holding.ts";
import type { Slice } from "./slice.ts";
import type { Slices } from "./slices.ts";

/** What is asked for of one allowance. */
export type Asked = { slice: Slice; measure: Measure; need: Need };

type HeldSlices = Pick<Slices, "held">;

/** Puts back what was taken, each part into its slice. */
export function giveBackTo(slices: HeldSlices, reserved: readonly Reserved[]): void {
  for (const { allowance, ...taken } of reserved) slices.held(allowance)?.giveBack(taken);
}

/** Takes of all or of none; those that refused, where one does. Rejects with `unavailable`. */
export async function takeTogether(
  slices: HeldSlices,
  asked: Asked[],
): Promise<{ taken: Taken[]; refused: Asked[] }> {
  const now = asked.map(({ slice, need }) => slice.takeNow(need));
  const results = await Promise.allSettled(
    asked.map(({ slice, need }, index) => now[index] ?? slice.take(need)),
  );
  const taken = results.map((result) => (result.status === "fulfilled" ? result.value : undefined));
  const missing = asked.filter((_, index) => taken[index] === undefined);
  if (missing.length === 0) return { taken: taken.flatMap((one) => one ?? []), refused: [] };
  giveBackTo(
    slices,
    asked.flatMap((one, index) => toReserved(one, taken[index] ?? { amount: 0 })),
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw toUnavailable(failed.reason);
  return { taken: [], refused: missing };
}

/** Where several allowances bound one measure, what the least of them gives is what may be used: the rest is put back. */
export function keepLeast(
  slices: HeldSlices,
  asked: Asked[],
  taken: Taken[],
): { got: Reservation["got"]; reserved: Reserved[] } {
  const got: { [measure in Measure]?: number } = {};
  for (const [index, { measure }] of asked.entries())
    got[measure] = Math.min(got[measure] ?? Number.POSITIVE_INFINITY, taken[index]?.amount ?? 0);
  const reserved = asked.flatMap((one, index) => {
    const [all] = toReserved(one, taken[index] ?? { amount: 0 });
    if (!all) return [];
    const amount = got[one.measure] ?? 0;
    if (all.amount > amount) giveBackTo(slices, [{ ...all, amount: all.amount - amount }]);
    return amount > 0 ? [{ ...all, amount }] : [];
  });
  return { got, reserved };
}

function toReserved({ slice: { target }, measure }: Asked, { amount, slice }: Part): Reserved[] {
  return slice === undefined || amount === 0 ? [] : [{ allowance: target.id, slice, measure, amount }];
}

function toUnavailable(cause: unknown): ConeaError {
  return new ConeaError("unavailable", "What you may still use could not be looked up; try again.", {
    cause,
    headers: { "Retry-After": "1" },
  });
}
