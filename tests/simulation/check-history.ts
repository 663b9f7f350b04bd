import { gatherEvidence } from "./evidence.ts";
import { allEnd } from "./invariants/all-end.ts";
import { attemptsBounded } from "./invariants/attempts-bounded.ts";
import { attemptsTold } from "./invariants/attempts-told.ts";
import { breakerKept } from "./invariants/breaker-kept.ts";
import { breakerTold } from "./invariants/breaker-told.ts";
import { budgetKept } from "./invariants/budget-kept.ts";
import { budgetSettled } from "./invariants/budget-settled.ts";
import { cancelHolds } from "./invariants/cancel-holds.ts";
import { costBounded } from "./invariants/cost-bounded.ts";
import { eventsComplete } from "./invariants/events-complete.ts";
import { fenceHolds } from "./invariants/fence-holds.ts";
import { followersSeeTruth } from "./invariants/followers-see-truth.ts";
import { leasesKept } from "./invariants/leases-kept.ts";
import { lineBounded } from "./invariants/line-bounded.ts";
import { moneyAddsUp } from "./invariants/money-adds-up.ts";
import { nothingLost } from "./invariants/nothing-lost.ts";
import { oneResult } from "./invariants/one-result.ts";
import { orderKept } from "./invariants/order-kept.ts";
import { pauseHolds } from "./invariants/pause-holds.ts";
import { placesKept } from "./invariants/places-kept.ts";
import { quietKept } from "./invariants/quiet-kept.ts";
import { ratesKept } from "./invariants/rates-kept.ts";
import { rejectionsHandled } from "./invariants/rejections-handled.ts";
import { replaysOnce } from "./invariants/replays-once.ts";
import { routeKept } from "./invariants/route-kept.ts";
import { startsPromptly } from "./invariants/starts-promptly.ts";
import { timesKept } from "./invariants/times-kept.ts";
import { tokensKept } from "./invariants/tokens-kept.ts";
import { usageAddsUp } from "./invariants/usage-adds-up.ts";
import type { Run } from "./run-simulation.ts";
import type { Invariant, Violation } from "./violation.ts";

export const invariants: readonly Invariant[] = [
  nothingLost,
  allEnd,
  oneResult,
  fenceHolds,
  orderKept,
  ratesKept,
  placesKept,
  tokensKept,
  pauseHolds,
  lineBounded,
  replaysOnce,
  attemptsBounded,
  routeKept,
  leasesKept,
  breakerKept,
  breakerTold,
  quietKept,
  timesKept,
  eventsComplete,
  attemptsTold,
  usageAddsUp,
  moneyAddsUp,
  budgetKept,
  budgetSettled,
  cancelHolds,
  followersSeeTruth,
  rejectionsHandled,
  startsPromptly,
  costBounded,
];

/** Every promise that the run did not keep, the earliest first. */
export function checkHistory(run: Run): Violation[] {
  const evidence = gatherEvidence(run);
  const found = invariants.flatMap(({ name, check }) =>
    check(evidence).map((violation) => ({ ...violation, invariant: name })),
  );
  return found.toSorted((a, b) => a.at - b.at);
}
