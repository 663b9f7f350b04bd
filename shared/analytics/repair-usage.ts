import { ConeaError } from "../core/conea-error.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { sumCells } from "./cell.ts";
import { type Noted, takeSome } from "./change-minute.ts";
import { toShard } from "./event-key.ts";
import { keysOf, type MinuteDocument, minutePath, newMinute } from "./minute-document.ts";
import { listStarts, toStart } from "./period.ts";
import { type Range, readMinutes } from "./read-rollups.ts";
import type { StoreDeps } from "./read-store.ts";
import { type RollUpDeps, rollHour, rollUp } from "./roll-up.ts";
import { type Comparison, type Difference, verifyUsage } from "./verify-usage.ts";

export type RepairOptions = {
  /** As the usage writer has it. */
  shards: number;
  /** Also rewrite what the store shows less of than was counted. */
  force?: boolean;
  onTask?: (tasks: number) => void;
};

export type Repaired = Comparison & {
  hours: string[];
  /** Hours that differ and were left alone, with the reason. */
  left: Map<string, string>;
};

/** An hour so long over that everything told of it has most likely arrived. */
const settledMs = 15 * 60_000;

/**
 * Rewrites the minutes of the hours that differ from what the store's tasks add up to, and all that is made from them. What is
 * on its way meanwhile is not lost: the minutes are read before the store, rewritten only where nobody has added to them
 * since, and remember every event they count. Throws `invalid_request` for a range that is not over.
 */
export async function repairUsage(
  deps: StoreDeps & RollUpDeps,
  range: Range,
  { shards, force = false, onTask }: RepairOptions,
): Promise<Repaired> {
  const latest = toStart("hour", deps.clock.now() - settledMs);
  if (range.to > latest)
    throw new ConeaError("invalid_request", `Only hours before ${latest} can be repaired.`);
  const before = new Map<string, Snapshot<MinuteDocument>[]>();
  for (const hour of listStarts("hour", range.from, range.to))
    before.set(hour, await readMinutes(deps, hour));
  const comparison = await verifyUsage(deps, range, onTask);
  const { expected, differences } = comparison;
  const shown = new Set([...expected.minutes.values()].flat().map(({ eventKey }) => eventKey));
  const left = new Map<string, string>();
  const hours: string[] = [];
  for (const [hour, some] of Map.groupBy(differences, (difference) => difference.hour)) {
    const minutes = before.get(hour) ?? [];
    const reason = force ? undefined : whyLeft(minutes, some, shown);
    const isDone = !reason && (await rewriteHour(deps, hour, minutes, expected.minutes, shards));
    if (isDone) hours.push(hour);
    else left.set(hour, reason ?? "events arrived meanwhile: repair it again");
    if (isDone) await rollAgain(deps, hour, some);
  }
  if (hours.length > 0) await rollUp(deps);
  return { ...comparison, hours, left };
}

function whyLeft(
  minutes: Snapshot<MinuteDocument>[],
  differences: Difference[],
  shown: ReadonlySet<string>,
): string | undefined {
  if (differences.some(({ isUncertain }) => isUncertain))
    return "a task no longer remembers all that was told of it";
  const more = minutes.flatMap(({ data }) => keysOf(data)).filter((key) => !shown.has(key));
  return more.length > 0 ? `${more.length} events were counted of which the store has nothing` : undefined;
}

/** `false` where somebody has written one of the minutes since they were read. */
async function rewriteHour(
  { documents, clock }: RollUpDeps,
  hour: string,
  before: Snapshot<MinuteDocument>[],
  expected: Map<string, Noted[]>,
  shards: number,
): Promise<boolean> {
  const minutes = [...expected.keys()].filter((minute) => toStart("hour", Date.parse(minute)) === hour);
  const all = new Set([...minutes, ...before.map(({ data }) => data.minute)]);
  for (const minute of all) {
    const known = before.filter(({ data }) => data.minute === minute);
    const writes = toWrites(minute, known, expected.get(minute) ?? [], shards, clock.now());
    if (!(await tryCommit(documents, ...writes))) return false;
  }
  return true;
}

/** The writes that make a minute count exactly these events, refused where it is not as it was. */
function toWrites(
  minute: string,
  before: Snapshot<MinuteDocument>[],
  noted: Noted[],
  shards: number,
  now: number,
): Write[] {
  const left = new Map(before.map((snapshot) => [snapshot.path, snapshot]));
  const byShard = Map.groupBy(noted, ({ eventKey }) => toShard(eventKey, shards));
  const sets = [...byShard].flatMap(([shard, some]) =>
    toParts(some).map((part, index, parts): Write => {
      const path = minutePath(minute, shard, index);
      const updateTime = left.get(path)?.updateTime;
      left.delete(path);
      const full = index < parts.length - 1 && { full: true as const };
      const data = { ...newMinute(minute, shard, index, now), ...toContent(part), ...full };
      return { op: "set", path, data, precondition: updateTime ? { updateTime } : { exists: false } };
    }),
  );
  const deletes = [...left.values()].map(
    ({ path, updateTime }): Write => ({ op: "delete", path, precondition: { updateTime } }),
  );
  return [...sets, ...deletes];
}

function toParts(noted: Noted[]): Noted[][] {
  const parts: Noted[][] = [];
  for (let left = noted; left.length > 0; left = left.slice(parts.at(-1)?.length)) parts.push(takeSome(left));
  return parts;
}

function toContent(noted: Noted[]): Pick<MinuteDocument, "ids" | "cells"> {
  const cells = [...sumCells(noted.flatMap((one) => one.cells)).values()];
  return {
    ids: { b0: noted.map(({ eventKey }) => eventKey).join("") },
    cells: Object.fromEntries(cells.map((cell, index) => [`c${index}`, cell])),
  };
}

/** Also for tenants that have nothing in the hour any more. */
async function rollAgain(deps: RollUpDeps, hour: string, differences: Difference[]): Promise<void> {
  const changed = (await readMinutes(deps, hour)).filter(({ data }) => data.unrolled);
  await rollHour(
    deps,
    hour,
    changed,
    differences.map(({ cell }) => cell.tenant),
  );
}
