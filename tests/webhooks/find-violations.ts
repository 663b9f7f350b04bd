import type { Event } from "../../shared/api/events.ts";
import { idFrom } from "../../shared/core/ids.ts";
import { deliveryDelaysMs } from "../../shared/webhooks/delivery-schedule.ts";
import { toEndpointRates } from "../../shared/webhooks/line-document.ts";
import { matchesFilter } from "../../shared/webhooks/matches-filter.ts";
import { takesAll } from "./receivers.ts";
import type { Arrival, Story, Target } from "./story.ts";

/** How far the times in documents may be behind: as long as the store takes to answer. */
const clockMs = 20;

/** What was promised and not kept, a sentence each. */
export function findViolations(story: Story): string[] {
  if (story.isRunaway) return ["more was sent than there can be to send"];
  return [
    ...story.targets.flatMap((target) => findAt(target, story)),
    ...findStrangers(story),
    ...findUntold(story),
  ];
}

function findAt(target: Target, story: Story): string[] {
  const arrivals = story.arrivals.filter(({ url }) => url === target.url);
  const wanted = story.events.filter((event) => isWanted(target, event));
  return [
    ...wanted.flatMap((event) => findOfEvent(target, event, arrivals, story)),
    ...findCrowding(target, arrivals),
    ...findHammering(target, arrivals, story),
  ].map((sentence) => `${target.kind}: ${sentence}`);
}

function isWanted({ tenant, types }: Target, event: Event): boolean {
  return event.tenant === tenant && matchesFilter(types, event.type);
}

function findOfEvent(target: Target, event: Event, all: Arrival[], story: Story): string[] {
  const deliveries = story.deliveries.filter(
    (one) => one.eventId === event.id && one.endpointId === target.id,
  );
  const [delivery] = deliveries;
  if (!delivery || deliveries.length > 1) return [`${event.id} has ${deliveries.length} deliveries`];
  const arrivals = all.filter(({ id }) => id === idFrom("msg", event.id));
  const found: string[] = [];
  const { state, attempts, attemptCount, endedAt = "" } = delivery;
  if (state === "pending") found.push(`${event.id} is on its way for ever`);
  if (state === "succeeded" && !arrivals.some(({ isTaken, status }) => isTaken && status !== 0))
    found.push(`${event.id} is said to have arrived and has not`);
  if (state === "failed" && target.kind !== "gone" && delivery.tries !== deliveryDelaysMs.length)
    found.push(`${event.id} was given up after ${delivery.tries} tries`);
  const isOpen = story.endpoints.find(({ id }) => id === target.id)?.state === "enabled";
  if (state === "held" && isOpen) found.push(`${event.id} is held though its endpoint is enabled`);
  if (takesAll.has(target.kind) && state !== "succeeded")
    found.push(`${event.id} is ${state} at one that takes all`);
  if (attemptCount > arrivals.length) found.push(`${event.id} has attempts that nobody made`);
  if (story.isQuiet && attemptCount !== arrivals.length)
    found.push(`${event.id} was sent beside what was counted`);
  if (state === "succeeded" && arrivals.some(({ at }) => at > Date.parse(endedAt) + clockMs))
    found.push(`${event.id} was sent after it had arrived`);
  for (const [index, attempt] of attempts.entries()) {
    const before = attempts[index - 1];
    const waitedMs = before && Date.parse(attempt.at) - Date.parse(before.at) - before.durationMs;
    if (waitedMs !== undefined && waitedMs < (deliveryDelaysMs[index] ?? 0) * 0.8 - 1)
      found.push(`${event.id} was tried too soon, after ${waitedMs} ms`);
  }
  return found;
}

/** More in any window than the rate allows, or more at once than the concurrency. */
function findCrowding(target: Target, arrivals: Arrival[]): string[] {
  const [rate = { count: 1, periodMs: 0 }] = toEndpointRates(target);
  const times = arrivals.map(({ at }) => at).sort((a, b) => a - b);
  const found: string[] = [];
  for (const [index, at] of times.entries())
    if ((times[index + rate.count] ?? Number.POSITIVE_INFINITY) - at < rate.periodMs) {
      found.push(`more than ${rate.count} in ${rate.periodMs} ms at ${at}`);
      break;
    }
  const most = Math.max(
    0,
    ...arrivals.map(({ at }) => arrivals.filter((one) => one.at <= at && at < one.until).length),
  );
  if (most > target.concurrency) found.push(`${most} at once where ${target.concurrency} are allowed`);
  return found;
}

/** A dead endpoint is left alone; one that is gone hears nothing more. */
function findHammering(
  { kind, concurrency }: Target,
  arrivals: Arrival[],
  { isQuiet, crashes }: Story,
): string[] {
  const times = arrivals.map(({ at }) => at);
  if (kind === "failing" || kind === "hanging") {
    const most = (isQuiet ? 5 : 10 + crashes * 5) + concurrency;
    const worst = Math.max(
      0,
      ...times.map((from) => times.filter((at) => at >= from && at < from + 50_000).length),
    );
    if (worst > most) return [`${worst} calls to a dead endpoint within a minute`];
  }
  if (kind === "gone") {
    const last = arrivals.filter(({ status }) => status === 410).length;
    if (last > concurrency + crashes + (isQuiet ? 0 : 5)) return [`${last} calls to one that is gone`];
  }
  return [];
}

function findStrangers({ targets, events, arrivals }: Story): string[] {
  const eventOf = new Map(events.map((event) => [idFrom("msg", event.id), event]));
  return arrivals.flatMap(({ url, id }) => {
    const target = targets.find((one) => one.url === url);
    const event = eventOf.get(id);
    if (!target || !event) return [`${id} was sent to ${url}, and is nobody's`];
    return isWanted(target, event) ? [] : [`${event.type} of ${event.tenant} was sent to ${url}`];
  });
}

function findUntold({ endpoints, told }: Story): string[] {
  return endpoints
    .filter(({ state }) => state === "disabled")
    .filter(({ id }) => !told.some((event) => event.type === "endpoint.disabled" && event.endpoint.id === id))
    .map(({ id }) => `nobody was told that ${id} was disabled`);
}
