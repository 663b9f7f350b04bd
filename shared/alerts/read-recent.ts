import { type Counts, sumCells } from "../analytics/cell.ts";
import { type MinuteDocument, minutesCollection } from "../analytics/minute-document.ts";
import { toStart } from "../analytics/period.ts";
import { countAttempts } from "../analytics/to-numbers.ts";
import type { Platform } from "../platform/platform.ts";
import type { RecentCalls } from "./measure.ts";

/** Errors by which a provider shows that it, or the way to it, does not work. A refused request is none. */
const faults = [
  "provider_overloaded",
  "provider_timeout",
  "provider_connection",
  "provider_authentication",
  "provider_unknown",
];

/** What happened to all tenants' calls in the last minutes, from the rollups, which are seconds old. */
export async function readRecent(
  { documents, clock }: Pick<Platform, "documents" | "clock">,
  windowMinutes: number,
): Promise<RecentCalls[]> {
  const from = toStart("minute", clock.now() - windowMinutes * 60_000);
  const found = await documents.query<MinuteDocument>({
    collection: minutesCollection,
    where: [["minute", ">=", from]],
  });
  const cells = found.flatMap(({ data }) => Object.values(data.cells));
  const byCall = sumCells(
    cells.map(({ counts, provider, model }) => ({ ...nobody, provider, model, counts })),
  );
  return [...byCall.values()].map(({ provider = "", model, counts }) => ({
    provider,
    ...(model !== undefined && { model }),
    ...toCalls(counts),
  }));
}

/** Whoever's they were. */
const nobody = { tenant: "", user: "", type: "" };

function toCalls(counts: Counts): Omit<RecentCalls, "provider" | "model"> {
  const of = (name: string) => counts[name] ?? 0;
  return {
    attempts: countAttempts(counts) - of("attempts.rate_limited"),
    failures: faults.reduce((sum, code) => sum + of(`errors.${code}`), 0),
    timeouts: of("errors.provider_timeout"),
    unknownPrices: of("unknownCosts"),
    deadLetters: of("dead"),
  };
}
