import { type AllowanceLimits, Measure, type Period } from "../api/allowances.ts";

/** So much of a measure in each period; at a time where there is no period. */
export type Limit = { measure: Measure; count: number; period?: Period };

/** The limits that text such as `1000/hour` says; none for a measure that is absent or `unlimited`. */
export function toLimits(limits: AllowanceLimits): Limit[] {
  return Measure.options.flatMap((measure) => toLimitsOf(measure, limits[measure]));
}

function toLimitsOf(measure: Measure, said: AllowanceLimits[Measure]): Limit[] {
  if (said === undefined || said === "unlimited") return [];
  if (typeof said === "number") return [{ measure, count: said }];
  return [said].flat().map((text) => toLimit(measure, text));
}

function toLimit(measure: Measure, text: string): Limit {
  const [count, period] = text.split("/");
  return { measure, count: Number(count), period: period as Period };
}

/** What was set for one subject, and for the measures it does not name what holds for all of its kind. */
export function withOverride(general: AllowanceLimits, own: AllowanceLimits = {}): Limit[] {
  return toLimits({ ...general, ...own });
}

/** Both hold: of two for the same measure and period the lower one. */
export function withBoth(one: Limit[], other: Limit[]): Limit[] {
  const all = new Map<string, Limit>();
  for (const limit of [...one, ...other]) {
    const name = `${limit.measure}/${limit.period}`;
    if (limit.count < (all.get(name)?.count ?? Number.POSITIVE_INFINITY)) all.set(name, limit);
  }
  return [...all.values()];
}
