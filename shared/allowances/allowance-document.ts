import type { AllowanceScope, Measure, Period } from "../api/allowances.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { idFrom } from "../core/ids.ts";
import type { DocumentPath } from "../platform/documents.ts";
import type { Limit } from "./limit.ts";
import { periodAt } from "./period.ts";

/** Whose it is, of what, and in which period: what names its document. */
export type Allowance = {
  tenant: string;
  scope: AllowanceScope;
  scopeId: string;
  measure: Measure;
  period?: Period;
  /** Of `activeTasks`, which has no period: when its document was made. */
  periodStart: string;
  periodEnd?: string;
};

/** What one process holds of an allowance. Accounting takes from `granted` without looking whether there is such a slice. */
export type SliceEntry = {
  /** What it may promise still, and what it has promised and nobody has accounted for. */
  granted: number;
  /** What of it was not promised, when this was written. */
  free?: number;
  /** Nothing is promised from then on. Absent where accounting took from a slice that is gone. */
  until?: string;
  /** Set by each write of its process: tells whether one whose answer was lost took place. */
  mark?: string;
};

/** `allowances/{id}`. At every commit that hands something out, `toTotal` is at most `limit`. */
export type AllowanceDocument = Allowance & {
  limit: number;
  /** When the limit was set (a write time); empty where it is conea.yaml's. The latest holds. */
  limitVersion: string;
  /** By tasks that are accounted for, and by requests. */
  spent: number;
  /** By tasks whose slice is gone. */
  reserved: number;
  slices: Record<string, SliceEntry>;
  /** The thresholds (percent) that were told. */
  told: number[];
  /** When the first slice's lease ends, or something else is left for the sweep. */
  sweepAt?: string;
  deleteAt?: string;
};

export const allowances = "allowances";

export function allowancePath(id: string): DocumentPath {
  return `${allowances}/${id}`;
}

export function toAllowanceId({ tenant, scope, scopeId, measure, period, periodStart }: Allowance): string {
  return idFrom("allowance", tenant, scope, scopeId, measure, period ?? "", period ? periodStart : "");
}

/** The allowance of a limit, in the period that `now` (epoch ms) is in. */
export function toAllowance(
  whose: Pick<Allowance, "tenant" | "scope" | "scopeId">,
  { measure, period }: Limit,
  now: number,
): Allowance {
  const { tenant, scope, scopeId } = whose;
  if (!period) return { tenant, scope, scopeId, measure, periodStart: toTime(now) };
  const { start, end } = periodAt(period, now);
  return { tenant, scope, scopeId, measure, period, periodStart: toTime(start), periodEnd: toTime(end) };
}

const day = 86_400_000;

/** Requests leave nothing to be accounted for; tasks may wait a month, and whoever asks about money asks late. */
const keptDays = { requests: 2, tokens: 100, activeTasks: 0, micros: 400 };

/** The document of an allowance of which nothing is used. */
export function toUnused(allowance: Allowance, limit: number, limitVersion: string): AllowanceDocument {
  const { measure, periodEnd } = allowance;
  return {
    ...allowance,
    ...{ limit, limitVersion, spent: 0, reserved: 0, slices: {}, told: [] },
    ...(periodEnd && { deleteAt: toTime(fromTime(periodEnd) + keptDays[measure] * day) }),
  };
}

/** Spent, reserved, and handed out. */
export function toTotal(document: Pick<AllowanceDocument, "spent" | "reserved" | "slices">): number {
  const { spent, reserved, slices } = document;
  return Object.values(slices).reduce((sum, { granted }) => sum + granted, spent + reserved);
}

/** What slices hold and have promised to nobody, as far as it was written. */
export function toFree({ slices }: Pick<AllowanceDocument, "slices">): number {
  return Object.values(slices).reduce((sum, { free = 0 }) => sum + free, 0);
}

/** What is used or promised, as far as it was written. */
export function toUsed(document: Pick<AllowanceDocument, "spent" | "reserved" | "slices">): number {
  return toTotal(document) - toFree(document);
}

/** The same with what accounting took from slices that are gone taken from what they left reserved. */
export function foldGone(document: AllowanceDocument): AllowanceDocument {
  const entries = Object.entries(document.slices);
  const gone = entries.filter(([, { until }]) => until === undefined);
  if (gone.length === 0) return document;
  const reserved = gone.reduce((sum, [, { granted }]) => sum + granted, document.reserved);
  return {
    ...document,
    reserved: Math.max(0, reserved),
    slices: Object.fromEntries(entries.filter(([, { until }]) => until !== undefined)),
  };
}

/** The same with the time at which the sweep has something to look after, if there is anything. */
export function withSweepTime(document: AllowanceDocument, now: number): AllowanceDocument {
  const { sweepAt: _, ...rest } = document;
  const ends = Object.values(document.slices).flatMap(({ until }) => until ?? []);
  const [first = document.reserved > 0 ? toTime(now) : undefined] = ends.toSorted();
  return first === undefined ? rest : { ...rest, sweepAt: first };
}
