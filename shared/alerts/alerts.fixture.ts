import type { AlertOverride } from "../api/alerts.ts";
import type { Event } from "../api/events.ts";
import { createLog, type LogLine } from "../core/log.ts";
import { openEmbeddedPlatform } from "../platform/embedded/open-embedded-platform.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import type { Budget, QueueFacts, RecentCalls, Sources } from "./measure.ts";
import { watchAlerts } from "./watch-alerts.ts";

const quietQueue: QueueFacts = { id: "openai", ready: 0, oldestWaitSeconds: 0, isResting: false };

export const quietCalls: RecentCalls = {
  provider: "openai",
  attempts: 0,
  failures: 0,
  timeouts: 0,
  unknownPrices: 0,
  deadLetters: 0,
};

/** The rules, looking every minute at what a test says there is to see. */
export async function openWatch(overrides: Record<string, AlertOverride> = {}) {
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00.000Z"));
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line), "DEBUG");
  const embedded = await openEmbeddedPlatform({
    environment: {},
    clock,
    baseUrl: () => "http://127.0.0.1:8080",
    deliverWake: async () => undefined,
    log,
  });
  const events: Event[] = [];
  embedded.subscribe(async (event) => void events.push(event));
  const seen = { queues: [quietQueue], calls: [] as RecentCalls[], budgets: [] as Budget[] };
  const sources: Sources = {
    queues: async () => seen.queues,
    recent: async () => seen.calls,
    budgets: async () => seen.budgets,
  };
  const deps = { ...embedded.platform, config: { alerts: overrides }, operatorTenant: "main", log };
  const look = async (minutes = 1) => {
    let report = await watchAlerts(deps, sources);
    for (let minute = 1; minute < minutes; minute++) {
      await clock.advance(60_000);
      report = await watchAlerts(deps, sources);
    }
    await clock.advance(60_000);
    return report;
  };
  const see = (facts: Partial<Omit<QueueFacts, "id">>) => {
    seen.queues = [{ ...quietQueue, ...facts }];
  };
  const told = () =>
    events.flatMap((event) => ("alert" in event ? [`${event.alert.rule} ${event.type}`] : []));
  return { deps, clock, seen, see, sources, look, events, told, lines, close: embedded.close };
}
