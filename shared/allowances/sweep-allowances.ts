import { toTime } from "../core/clock.ts";
import { createSteps } from "../core/create-steps.ts";
import type { Log } from "../core/log.ts";
import type { Query, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { accountTasks } from "./account-tasks.ts";
import { allowances } from "./allowance-document.ts";
import type { Ended } from "./allowances.ts";
import { takeBackAfterMs, takeBackSlices } from "./take-back-slices.ts";
import { type AllowanceEventDocument, allowanceEvents, publishThresholds } from "./thresholds.ts";
import { isOpen } from "./truth.ts";

export type SweepAllowancesDeps = Pick<Platform, "documents" | "clock" | "random" | "events"> & { log: Log };

/** What was repaired; `failed`: what is left to the next sweep. */
export type AllowancesReport = { accounted: number; takenBack: number; told: number; failed: number };

/** `orphans`: no other process is there. */
type Options = { orphans?: boolean; thresholds?: readonly number[] };

/** Where conea.yaml is not at hand. */
const usualThresholds = [50, 80, 100];

const pageSize = 100;
const mostPages = 50;
/** How long whoever aborted a cancelled call has to say what it cost. */
const openMs = 2 * 60_000;

/**
 * Repairs what crashes left behind of allowances: accounts for ended tasks, takes back slices whose lease is long over, and
 * publishes thresholds that may not have been. Every step may run twice, also at once, and one that fails holds up no other.
 */
export async function sweepAllowances(
  deps: SweepAllowancesDeps,
  { orphans = false, thresholds = usualThresholds }: Options = {},
): Promise<AllowancesReport> {
  const report: AllowancesReport = { accounted: 0, takenBack: 0, told: 0, failed: 0 };
  const step = createSteps(report, deps.log, "allowances ");
  await step("accounted", () => accountLeft(deps));
  await step("takenBack", () => takeBackLeft({ ...deps, thresholds }, orphans));
  await step("told", () => tellLeft(deps));
  return report;
}

async function accountLeft(deps: SweepAllowancesDeps): Promise<number> {
  const query: Query = { collection: "tasks", where: [["unaccounted", "==", true]] };
  const openUntil = toTime(deps.clock.now() - openMs);
  return eachPage<Ended & { completedAt?: string }>(deps, query, async (found) => {
    const due = found.filter(({ data }) => !isOpen(data) || (data.completedAt ?? "") < openUntil);
    if (due.length > 0)
      await accountTasks(
        deps,
        due.map(({ data, updateTime }) => ({ task: data, updateTime })),
      );
    return due.length;
  });
}

async function takeBackLeft(
  deps: SweepAllowancesDeps & { thresholds: readonly number[] },
  orphans: boolean,
): Promise<number> {
  // Its own clock chooses where to look; the store's decides.
  const until = toTime(deps.clock.now() - takeBackAfterMs);
  const query: Query = {
    collection: allowances,
    where: orphans ? [["sweepAt", ">", ""]] : [["sweepAt", "<=", until]],
    orderBy: [["sweepAt", "asc"]],
  };
  let takenBack = 0;
  await eachPage(deps, query, async (found) => {
    for (const { id } of found) takenBack += await takeBackSlices(deps, id, { orphans });
    return found.length;
  });
  return takenBack;
}

async function tellLeft(deps: SweepAllowancesDeps): Promise<number> {
  const found = await deps.documents.query<AllowanceEventDocument>({
    collection: allowanceEvents,
    orderBy: [["at", "asc"]],
    limit: pageSize,
  });
  return publishThresholds(
    deps,
    found.map(({ data }) => data.event),
  );
}

/** Page after page by id, so that what could not be changed is not met again. */
async function eachPage<T>(
  { documents }: SweepAllowancesDeps,
  query: Query,
  change: (found: Snapshot<T>[]) => Promise<number>,
): Promise<number> {
  let changed = 0;
  let startAfter: Query["startAfter"];
  for (let page = 0; page < mostPages; page++) {
    const found = await documents.query<T>({ ...query, limit: pageSize, ...(startAfter && { startAfter }) });
    changed += await change(found);
    const last = found.at(-1);
    if (!last || found.length < pageSize) break;
    const values = (query.orderBy ?? []).map(([field]) => (last.data as Record<string, string>)[field] ?? "");
    startAfter = { values, id: last.id };
  }
  return changed;
}
