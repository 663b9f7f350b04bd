import type { AlertRule } from "../api/alerts.ts";
import type { Sample } from "./next-alert.ts";

/** A queue as its alerts see it. */
export type QueueFacts = {
  id: string;
  ready: number;
  /** 0 while nobody waits. */
  oldestWaitSeconds: number;
  /** Its provider is left alone, or only probed. */
  isResting: boolean;
  /** Where its concurrency is limited. */
  places?: { used: number; allowed: number };
};

/** What happened to the calls of one provider and model in the last minutes. */
export type RecentCalls = {
  provider: string;
  model?: string;
  /** Attempts that have ended, those that the provider limited left out. */
  attempts: number;
  /** By a fault of the provider; `timeouts` among them. */
  failures: number;
  timeouts: number;
  /** Of attempts that used something: whose price is not known. */
  unknownPrices: number;
  /** Tasks that used up their attempts. */
  deadLetters: number;
};

/** How much of its month's money a tenant has spent. */
export type Budget = { tenant: string; percent: number };

/** What the rules are asked about. Each is read once a look, and only where a rule wants it. */
export type Sources = {
  queues(): Promise<QueueFacts[]>;
  recent(windowMinutes: number): Promise<RecentCalls[]>;
  budgets(): Promise<Budget[]>;
};

const usualWindow = 15;

/** What a rule measures, of each of its subjects. */
export async function measure(rule: AlertRule, sources: Sources): Promise<Sample[]> {
  switch (rule.measure) {
    case "queueLength":
      return (await sources.queues()).map(({ id, ready }) => ({ subject: id, value: ready }));
    case "oldestWaitSeconds":
      return (await sources.queues()).map(({ id, oldestWaitSeconds: value }) => ({ subject: id, value }));
    case "breakerOpen":
      return (await sources.queues()).map(({ id, isResting }) => ({
        subject: id,
        value: Number(isResting),
      }));
    case "concurrencyPercent":
      return (await sources.queues()).flatMap(toPlaces);
    case "budgetPercent":
      return (await sources.budgets()).map(({ tenant, percent }) => ({
        ...{ tenant, subject: tenant, value: percent },
      }));
    default:
      return measureRecent(rule, await sources.recent(rule.windowMinutes ?? usualWindow));
  }
}

function toPlaces({ id, places }: QueueFacts): Sample[] {
  return places ? [{ subject: id, value: toPercent(places.used, places.allowed) }] : [];
}

function measureRecent(rule: AlertRule, calls: RecentCalls[]): Sample[] {
  if (rule.measure === "unknownPrices")
    return calls.map(({ provider, model, unknownPrices: value }) => ({
      subject: model ?? provider,
      value,
    }));
  const byProvider = Map.groupBy(calls, ({ provider }) => provider);
  return [...byProvider].flatMap(([subject, some]) => {
    const value = measureProvider(rule, some);
    return value === undefined ? [] : [{ subject, value }];
  });
}

/** `undefined`: of so few calls nothing is said. */
function measureProvider({ measure, atLeast = 1 }: AlertRule, calls: RecentCalls[]): number | undefined {
  if (measure === "deadLetters") return sum(calls, "deadLetters");
  const attempts = sum(calls, "attempts");
  if (attempts < atLeast) return undefined;
  return toPercent(sum(calls, measure === "timeoutPercent" ? "timeouts" : "failures"), attempts);
}

function sum(calls: RecentCalls[], name: "attempts" | "failures" | "timeouts" | "deadLetters"): number {
  return calls.reduce((total, call) => total + call[name], 0);
}

function toPercent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 100;
}
