import { type AllowanceDocument, allowances } from "../allowances/allowance-document.ts";
import { periodAt } from "../allowances/period.ts";
import { toTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import type { Budget } from "./measure.ts";

/** More tenants than an installation has. */
const mostTenants = 1_000;

/** How much of this month's money each tenant has spent, of those that have an allowance of it. */
export async function readBudgets({
  documents,
  clock,
}: Pick<Platform, "documents" | "clock">): Promise<Budget[]> {
  const found = await documents.query<AllowanceDocument>({
    collection: allowances,
    where: [
      ["scope", "==", "tenant"],
      ["measure", "==", "micros"],
      ["period", "==", "month"],
      ["periodStart", "==", toTime(periodAt("month", clock.now()).start)],
    ],
    limit: mostTenants,
  });
  return found.map(({ data }) => ({
    tenant: data.tenant,
    percent: data.limit === 0 ? 0 : Math.round((10_000 * data.spent) / data.limit) / 100,
  }));
}
