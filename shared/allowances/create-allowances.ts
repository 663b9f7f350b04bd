import type { AllowanceState, Measure } from "../api/allowances.ts";
import type { AllowancesConfig } from "../config/allowances-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Log } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { createAccounts } from "./accounts.ts";
import {
  type Allowances,
  type Amount,
  type Extension,
  type Needs,
  noReservation,
  type Reservation,
  type Reserved,
} from "./allowances.ts";
import type { Need } from "./grant.ts";
import type { Part, Taken } from "./holding.ts";
import { createLimitBook, type LimitBook } from "./limit-book.ts";
import { readStates } from "./read-states.ts";
import { toRefusal } from "./refuse.ts";
import type { Slice } from "./slice.ts";
import { createSlices } from "./slices.ts";
import { createStoreTime } from "./store-time.ts";

export type AllowancesDeps = Pick<Platform, "documents" | "clock" | "ids" | "random" | "events"> & {
  config: AllowancesConfig;
  log: Log;
  limits?: LimitBook;
};

type Asked = { slice: Slice; measure: Measure; need: Need };

export function createAllowances(deps: AllowancesDeps): Allowances {
  const { config, clock } = deps;
  const limits = deps.limits ?? createLimitBook(deps);
  const storeTime = createStoreTime(clock);
  const slices = createSlices({ ...deps, storeTime, thresholds: config.thresholds });
  const accounts = createAccounts({
    ...deps,
    onAccounted: (ids) => {
      for (const id of ids) slices.held(id)?.refresh();
    },
  });

  function toReserved({ slice: { target }, measure }: Asked, { amount, slice }: Part): Reserved[] {
    return slice === undefined || amount === 0 ? [] : [{ allowance: target.id, slice, measure, amount }];
  }

  function giveBack(reserved: readonly Reserved[]): void {
    for (const { allowance, ...taken } of reserved) slices.held(allowance)?.giveBack(taken);
  }

  /** Takes of all or of none; `undefined` where one refuses. Rejects with `unavailable`. */
  async function takeAll(asked: Asked[]): Promise<{ taken: Taken[]; refused: Asked[] }> {
    const now = asked.map(({ slice, need }) => slice.takeNow(need));
    const results = await Promise.allSettled(
      asked.map(({ slice, need }, index) => now[index] ?? slice.take(need)),
    );
    const taken = results.map((result) => (result.status === "fulfilled" ? result.value : undefined));
    const missing = asked.filter((_, index) => taken[index] === undefined);
    if (missing.length === 0) return { taken: taken.flatMap((one) => one ?? []), refused: [] };
    giveBack(asked.flatMap((one, index) => toReserved(one, taken[index] ?? { amount: 0 })));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw toUnavailable(failed.reason);
    return { taken: [], refused: missing };
  }

  /** Where several allowances bound one measure, what the least of them gives is what may be used. */
  function toLeast(asked: Asked[], taken: Taken[]): { got: Reservation["got"]; reserved: Reserved[] } {
    const got: { [measure in Measure]?: number } = {};
    for (const [index, { measure }] of asked.entries())
      got[measure] = Math.min(got[measure] ?? Number.POSITIVE_INFINITY, taken[index]?.amount ?? 0);
    const reserved = asked.flatMap((one, index) => {
      const [all] = toReserved(one, taken[index] ?? { amount: 0 });
      if (!all) return [];
      const amount = got[one.measure] ?? 0;
      if (all.amount > amount) giveBack([{ ...all, amount: all.amount - amount }]);
      return amount > 0 ? [{ ...all, amount }] : [];
    });
    return { got, reserved };
  }

  return {
    async governed(subject) {
      return new Set((await limits.of(subject)).map(({ measure }) => measure));
    },
    async reserve(subject, needs) {
      const governing = await limits.of(subject);
      const asked = governing.flatMap((limit): Asked[] => {
        const amount = needs[limit.measure];
        if (amount === undefined) return [];
        return [{ slice: slices.of(limit), measure: limit.measure, need: toNeed(amount) }];
      });
      if (asked.length === 0) return noReservation;
      let { taken, refused } = await takeAll(asked);
      // What has just ended here may be all that is missing: it is accounted for before anybody is refused.
      if (refused.some(({ measure }) => measure !== "requests") && (await accounts.flush()))
        ({ taken, refused } = await takeAll(asked));
      const states = asked.flatMap(({ slice }) => slice.state() ?? []);
      if (refused.length > 0) throw toRefusal(refused.flatMap(toRefused), { states, now: storeTime.now() });
      return { createBy: toCreateBy(taken), ...toLeast(asked, taken), states };
    },
    async extend(held, more) {
      const asked = toExtended(held, more).map(({ allowance, measure, need }) => ({
        ...{ slice: slices.byId(allowance), measure, need },
      }));
      if (asked.length === 0) return { reserved: held, added: [], createBy: Number.POSITIVE_INFINITY };
      const { taken, refused } = await takeAll(asked);
      if (refused.length > 0) return undefined;
      const added = toLeast(asked, taken).reserved;
      return { reserved: merge([...held, ...added]), added, createBy: toCreateBy(taken) };
    },
    giveBack: (taken) => giveBack(toOwn(taken)),
    leave(taken) {
      for (const { allowance, ...one } of toOwn(taken)) slices.held(allowance)?.leave(one);
    },
    isFresh: ({ createBy }) => clock.elapsed() < createBy,
    note: accounts.note,
    async flush() {
      await accounts.flush();
    },
    async read(subject) {
      return readStates(deps, await limits.of(subject), storeTime.now());
    },
    forget: limits.forget,
    async drain() {
      await accounts.flush();
      await Promise.all(slices.all().map((slice) => slice.close()));
    },
  };
}

function toCreateBy(taken: Taken[]): number {
  return Math.min(...taken.map(({ createBy }) => createBy));
}

function toNeed(amount: Amount): Need {
  return typeof amount === "number" ? { least: amount, most: amount } : amount;
}

function toRefused({ slice, need }: Asked): { state: AllowanceState; asked: number }[] {
  const state = slice.state();
  return state ? [{ state, asked: need.least }] : [];
}

/** What is asked for of each allowance that the task holds. */
function toExtended(held: readonly Reserved[], more: Needs) {
  const byAllowance = new Map(held.map(({ allowance, measure }) => [allowance, measure]));
  return [...byAllowance].flatMap(([allowance, measure]) => {
    const need = toNeed(more[measure] ?? 0);
    return need.most > 0 ? [{ allowance, measure, need }] : [];
  });
}

/** One entry for each slice of each allowance. */
function merge(reserved: readonly Reserved[]): Reserved[] {
  const merged = new Map<string, Reserved>();
  for (const one of reserved) {
    const name = `${one.allowance} ${one.slice}`;
    const known = merged.get(name);
    merged.set(name, { ...one, amount: one.amount + (known?.amount ?? 0) });
  }
  return [...merged.values()];
}

/** Of what a task holds, what this process has just taken for it. */
function toOwn(taken: Pick<Reservation, "reserved"> | Extension): readonly Reserved[] {
  return "added" in taken ? taken.added : taken.reserved;
}

function toUnavailable(cause: unknown): ConeaError {
  return new ConeaError("unavailable", "What you may still use could not be looked up; try again.", {
    cause,
    headers: { "Retry-After": "1" },
  });
}
