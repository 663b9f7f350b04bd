import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { addCell, type Cells } from "./cell.ts";
import { type MinuteDocument, minutesCollection } from "./minute-document.ts";
import { type RolledPeriod, type RollupDocument, rollupsCollection } from "./rollup-document.ts";

type Deps = Pick<Platform, "documents">;

export type Range = { from: string; to: string };

/** A tenant's rollups of the periods that begin in a range, in order. */
export async function readRollups(
  { documents }: Deps,
  tenant: string,
  period: RolledPeriod,
  { from, to }: Range,
): Promise<RollupDocument[]> {
  const found = await documents.query<RollupDocument>({
    collection: rollupsCollection,
    where: [
      ["tenant", "==", tenant],
      ["period", "==", period],
      ["start", ">=", from],
      ["start", "<", to],
    ],
    orderBy: [["start", "asc"]],
  });
  return found.map(({ data }) => data);
}

/** Every minute of an hour, of all tenants. */
export function readMinutes({ documents }: Deps, hour: string): Promise<Snapshot<MinuteDocument>[]> {
  return documents.query<MinuteDocument>({ collection: minutesCollection, where: [["hour", "==", hour]] });
}

/** Minutes that have changed since their hour was rolled up. */
export function readUnrolledMinutes({ documents }: Deps): Promise<Snapshot<MinuteDocument>[]> {
  return documents.query<MinuteDocument>({
    collection: minutesCollection,
    where: [["unrolled", "==", true]],
  });
}

/** What minutes add up to, by tenant. */
export function sumMinutes(minutes: Iterable<Pick<MinuteDocument, "cells">>): Map<string, Cells> {
  const byTenant = new Map<string, Cells>();
  for (const { cells } of minutes) {
    for (const cell of Object.values(cells)) {
      const sum: Cells = byTenant.get(cell.tenant) ?? new Map();
      byTenant.set(cell.tenant, sum);
      addCell(sum, cell);
    }
  }
  return byTenant;
}
