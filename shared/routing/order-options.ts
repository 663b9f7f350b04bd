import type { Preference } from "../api/route.ts";
import type { ModelConfig } from "../config/conea-config.ts";
import { type ModelHealth, successAt } from "./model-health.ts";
import { estimateMicros, type RequestNeeds } from "./request-needs.ts";

/** Somebody who may serve a request. `entry` is absent for a provider without models. */
export type Option = { provider: string; model?: string; entry?: ModelConfig; reason: string };

export type OrderWorld = { health: ReadonlyMap<string, ModelHealth>; now: number };

/** Below it a model comes after all that are better, whatever is preferred. */
const poorSuccess = 0.5;
/** What is taken for the quality of a model that has none in the catalogue. */
const usualQuality = 0.5;

type Facts = { option: Option; success: number; micros?: number; firstTokenMs?: number; quality: number };

/** The options, best first, each with the reason for its place. Equally good ones keep their order by name. Pure. */
export function orderOptions(
  { health, now }: OrderWorld,
  prefer: Preference,
  needs: RequestNeeds,
  options: Option[],
): Option[] {
  const all = options.map((option) => toFacts(option, health.get(option.model ?? ""), needs, now));
  const score = toScore(prefer, all);
  return all
    .map((facts) => ({ facts, isPoor: facts.success < poorSuccess, score: score(facts) }))
    .toSorted(
      (a, b) =>
        Number(a.isPoor) - Number(b.isPoor) ||
        a.score - b.score ||
        compareNames(toName(a.facts.option), toName(b.facts.option)),
    )
    .map(({ facts, isPoor }) => ({ ...facts.option, reason: toReason(prefer, facts, isPoor) }));
}

function toFacts(option: Option, health: ModelHealth | undefined, needs: RequestNeeds, now: number): Facts {
  const micros = estimateMicros(option.entry?.price, needs);
  const firstTokenMs = health?.firstTokenMs ?? health?.totalMs;
  return {
    option,
    success: successAt(health, now),
    quality: option.entry?.quality ?? usualQuality,
    ...(micros !== undefined && { micros }),
    ...(firstTokenMs !== undefined && { firstTokenMs }),
  };
}

/** The lower the better. */
function toScore(prefer: Preference, all: Facts[]): (facts: Facts) => number {
  const cost = toShare(all.map(({ micros }) => micros));
  const latency = toShare(all.map(({ firstTokenMs }) => firstTokenMs));
  switch (prefer) {
    case "cost":
      return ({ micros }) => micros ?? Number.MAX_SAFE_INTEGER;
    case "latency":
      return ({ firstTokenMs }) => latency(firstTokenMs);
    case "quality":
      return ({ quality }) => -quality;
    case "balanced":
      return ({ quality, success, micros, firstTokenMs }) =>
        0.4 * (1 - quality) + 0.3 * (1 - success) + 0.15 * latency(firstTokenMs) + 0.15 * cost(micros);
  }
}

/** As a share of the largest; what is not known stands in the middle, so that it is tried neither always nor never. */
function toShare(values: (number | undefined)[]): (value: number | undefined) => number {
  const largest = Math.max(0, ...values.filter((value) => value !== undefined));
  return (value) => (value === undefined || largest === 0 ? 0.5 : value / largest);
}

function toReason(prefer: Preference, facts: Facts, isPoor: boolean): string {
  const { micros, firstTokenMs, quality, success } = facts;
  if (isPoor) return `answers ${Math.round(success * 100)} % of its calls lately`;
  if (prefer === "cost")
    return micros === undefined ? "cost: not known" : `cost: about ${micros} micro-dollars`;
  if (prefer === "quality") return `quality: ${quality}`;
  const latency = firstTokenMs === undefined ? "not known" : `about ${Math.round(firstTokenMs)} ms`;
  if (prefer === "latency") return `latency: ${latency}`;
  return `balanced: quality ${quality}, latency ${latency}`;
}

function toName({ provider, model = "" }: Option): string {
  return `${model}/${provider}`;
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
