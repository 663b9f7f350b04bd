import { ownerFilter, type Principal } from "../access/principal.ts";
import type { ListReports, UsageReport } from "../api/analytics.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import { type ReportDocument, reportPath, reportsCollection, toReportId } from "./report-usage.ts";

type Deps = Pick<Platform, "documents" | "blobs">;

const linkSeconds = 3_600;

/** A page of the tenant's reports, newest first. Throws `forbidden` for a user. */
export async function listReports(
  { documents }: Deps,
  principal: Principal,
  { period, limit, cursor }: ListReports,
): Promise<{ items: UsageReport[]; nextCursor?: string }> {
  requireWhole(principal);
  const found = await documents.query<ReportDocument>({
    collection: reportsCollection,
    where: [
      ["tenant", "==", principal.tenant],
      ["period", "==", period],
    ],
    orderBy: [["start", "desc"]],
    limit: limit + 1,
    ...(cursor && { startAfter: { values: [cursor], id: toReportId(principal.tenant, period, cursor) } }),
  });
  const items = found.slice(0, limit).map(({ data }) => toReport(data));
  const last = items.at(-1);
  return { items, ...(found.length > limit && last && { nextCursor: last.start }) };
}

/** One report, with a link to its rows. Throws `forbidden` for a user, and `not_found`. */
export async function getReport(
  { documents, blobs }: Deps,
  principal: Principal,
  id: string,
): Promise<UsageReport> {
  requireWhole(principal);
  const snapshot = /^[a-z]+\.[\d-]+$/.test(id)
    ? await documents.get<ReportDocument>(reportPath(principal.tenant, id))
    : undefined;
  if (!snapshot) throw new ConeaError("not_found", "There is no such report.");
  return { ...toReport(snapshot.data), csvUrl: await blobs.signedUrl(snapshot.data.csvKey, linkSeconds) };
}

function toReport({ tenant: _, csvKey: __, ...report }: ReportDocument): UsageReport {
  return report;
}

function requireWhole(principal: Principal): void {
  if (ownerFilter(principal) !== undefined)
    throw new ConeaError(
      "forbidden",
      "Reports are of the whole tenant, for an admin or a viewer; GET /v1/usage shows your own numbers.",
    );
}
