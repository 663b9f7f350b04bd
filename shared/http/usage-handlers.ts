import { queryCosts } from "../analytics/query-costs.ts";
import { type ProviderDeps, queryProviders } from "../analytics/query-providers.ts";
import { queryUsage } from "../analytics/query-usage.ts";
import { getReport, listReports } from "../analytics/read-reports.ts";
import { summarise } from "../analytics/summarise.ts";
import { toCsv } from "../analytics/to-csv.ts";
import { namedNumbers } from "../analytics/to-numbers.ts";
import type { GetUsage, UsageAnswer } from "../api/analytics.ts";
import type { Platform } from "../platform/platform.ts";
import type { Handlers } from "./create-app.ts";

export type UsageHandlerDeps = ProviderDeps & Pick<Platform, "blobs">;

type UsageOperation =
  | "getUsage"
  | "getProviderUsage"
  | "getCosts"
  | "getSummary"
  | "listReports"
  | "getReport";

export function createUsageHandlers(deps: UsageHandlerDeps): Pick<Handlers, UsageOperation> {
  return {
    async getUsage({ request, principal, query }) {
      const { range, rows } = await queryUsage(deps, principal, query);
      if (wantsCsv(request, query)) return answerCsv("usage", rows, toExample(query));
      const { granularity } = query;
      return Response.json({ ...range, granularity, items: rows } satisfies UsageAnswer);
    },
    async getProviderUsage({ request, principal, query }) {
      const { range, items } = await queryProviders(deps, principal, query);
      if (wantsCsv(request, query)) return answerCsv("providers", items.map(withoutLimits));
      return Response.json({ ...range, items });
    },
    async getCosts({ request, principal, query }) {
      const { range, rows, total } = await queryCosts(deps, principal, query);
      if (wantsCsv(request, query)) return answerCsv("costs", rows);
      return Response.json({ ...range, items: rows, total });
    },
    async getSummary({ principal, query }) {
      return Response.json(await summarise(deps, principal, query));
    },
    async listReports({ principal, query }) {
      return Response.json(await listReports(deps, principal, query));
    },
    async getReport({ principal, params: { reportId = "" } }) {
      return Response.json(await getReport(deps, principal, reportId));
    },
  };
}

/** A list of its own, for which a line has no place. */
function withoutLimits<T extends { limits?: unknown }>({ limits: _, ...rest }: T): Omit<T, "limits"> {
  return rest;
}

/** What the query says, or else the header. */
function wantsCsv({ headers }: Request, { format }: { format?: "json" | "csv" | undefined }): boolean {
  if (format !== undefined) return format === "csv";
  const types = (headers.get("accept") ?? "").split(",").map((type) => type.split(";")[0]?.trim());
  return types.includes("text/csv") && !types.includes("application/json");
}

/** A row that has every column, so that these do not depend on what happened. */
function toExample({ groupBy = [] }: GetUsage): object {
  const groups = Object.fromEntries(groupBy.map((name) => [name, ""]));
  return { start: "", end: "", ...groups, ...namedNumbers() };
}

function answerCsv(name: string, rows: object[], example?: object): Response {
  return new Response(toCsv(rows, example), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8; header=present",
      "Content-Disposition": `attachment; filename="${name}.csv"`,
    },
  });
}
