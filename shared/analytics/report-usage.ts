import type { UsageReport } from "../api/analytics.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { DocumentPath, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { putBlob, toBlobKey } from "../platform/put-blob.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type Cell, toDimensions } from "./cell.ts";
import { toNext } from "./period.ts";
import { sumCounts } from "./query-costs.ts";
import { readRollups } from "./read-rollups.ts";
import { type RollupDocument, rollupsCollection, sumRollups } from "./rollup-document.ts";
import { toCsv } from "./to-csv.ts";
import { namedNumbers, toNumbers } from "./to-numbers.ts";

export type ReportDeps = Pick<Platform, "documents" | "blobs" | "clock"> & { log: Log };

/** `usageReports/{tenant}.{period}.{start}`: a day or month of a tenant, and where its rows are. */
export type ReportDocument = Omit<UsageReport, "csvUrl"> & { tenant: string; csvKey: string };

export const reportsCollection = "usageReports";

/** What Pub/Sub could not deliver for a week comes no more, and a day for who has it by then. */
const finalAfterMs = 8 * 86_400_000;
const mostReports = 200;

/**
 * Reports on days and months that are over: soon after their end, and once more when nothing can be delivered any more that
 * belongs to them. Then the period is closed. Doing it again changes nothing.
 */
export async function reportUsage(deps: ReportDeps): Promise<{ reports: number; failed: number }> {
  const due = await deps.documents.query<RollupDocument>({
    collection: rollupsCollection,
    where: [["reportAt", "<=", toTime(deps.clock.now())]],
    orderBy: [["reportAt", "asc"]],
    limit: mostReports,
  });
  const total = { reports: 0, failed: 0 };
  for (const rollup of due) {
    try {
      await reportOn(deps, rollup);
      total.reports++;
    } catch (error) {
      total.failed++;
      deps.log.warn("a usage report is left to the next run", toErrorField(error));
    }
  }
  return total;
}

async function reportOn(deps: ReportDeps, rollup: Snapshot<RollupDocument>): Promise<void> {
  const { tenant, period, start } = rollup.data;
  const end = toNext(period, start);
  const parts = await readRollups(deps, tenant, period, { from: start, to: end });
  const finalAt = fromTime(end) + finalAfterMs;
  const final = finalAt <= deps.clock.now();
  await keepReport(deps, rollup.data, [...sumRollups(parts).values()], final);
  // One that has changed meanwhile is reported on again.
  await tryCommit(deps.documents, {
    op: "update",
    path: rollup.path,
    ...(final ? { fields: { final }, removes: ["reportAt"] } : { fields: { reportAt: toTime(finalAt) } }),
    precondition: { updateTime: rollup.updateTime },
  });
}

async function keepReport(
  deps: ReportDeps,
  { tenant, period, start }: RollupDocument,
  cells: Cell[],
  final: boolean,
): Promise<void> {
  if (period === "hour") return;
  const id = `${period}.${start.slice(0, 10)}`;
  const csvKey = toBlobKey("usageReport", tenant, `${id}.csv`);
  const rows = cells.filter(hasCounts).map(toReportRow);
  await putBlob(deps, csvKey, Buffer.from(toCsv(rows, example)), { contentType: "text/csv" });
  const data: ReportDocument = {
    ...{ id, tenant, period, start, end: toNext(period, start), final },
    createdAt: toTime(deps.clock.now()),
    rows: rows.length,
    totals: toNumbers(sumCounts(cells)),
    csvKey,
  };
  await deps.documents.commit([{ op: "set", path: reportPath(tenant, id), data }]);
}

function hasCounts({ counts }: Cell): boolean {
  return Object.keys(counts).length > 0;
}

const example = { ...{ user: "", key: "", provider: "", model: "", type: "" }, ...namedNumbers() };

function toReportRow(cell: Cell): object {
  const { user, key, provider, model, type } = toDimensions(cell);
  return { user, key, provider, model, type, ...toNumbers(cell.counts) };
}

export function toReportId(tenant: string, period: string, start: string): string {
  return `${tenant}.${period}.${start.slice(0, 10)}`;
}

export function reportPath(tenant: string, id: string): DocumentPath {
  return `${reportsCollection}/${tenant}.${id}`;
}
