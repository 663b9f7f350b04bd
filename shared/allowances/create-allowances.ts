import type { AllowancesConfig } from "../config/allowances-config.ts";
import type { Log } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { createAccounts } from "./accounts.ts";
import type { Allowances, Extension, Reservation, Reserved } from "./allowances.ts";
import { createReserving } from "./create-reserving.ts";
import { createLimitBook, type LimitBook } from "./limit-book.ts";
import { readStates } from "./read-states.ts";
import { createSlices } from "./slices.ts";
import { createStoreTime } from "./store-time.ts";
import { giveBackTo } from "./take-together.ts";

export type AllowancesDeps = Pick<Platform, "documents" | "clock" | "ids" | "random" | "events"> & {
  config: AllowancesConfig;
  log: Log;
  limits?: LimitBook;
};

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

  return {
    async governed(subject) {
      return new Set((await limits.of(subject)).map(({ measure }) => measure));
    },
    isFree: limits.isFree,
    ...createReserving({ limits, slices, accounts, storeTime }),
    giveBack: (taken) => giveBackTo(slices, toOwn(taken)),
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

/** Of what a task holds, what this process has just taken for it. */
function toOwn(taken: Pick<Reservation, "reserved"> | Extension): readonly Reserved[] {
  return "added" in taken ? taken.added : taken.reserved;
}
