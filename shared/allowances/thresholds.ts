import type { AllowanceEvent } from "../api/events.ts";
import { toTime } from "../core/clock.ts";
import { idFrom } from "../core/ids.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { DocumentPath, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { AllowanceDocument } from "./allowance-document.ts";
import { strandedPart } from "./grant.ts";

/** `allowanceEvents/{id}`: an event that is not known to be published. Made in the commit that it tells of. */
export type AllowanceEventDocument = { event: AllowanceEvent; at: string };

export const allowanceEvents = "allowanceEvents";

export type Passed = { document: AllowanceDocument; events: AllowanceEvent[] };

/**
 * Which thresholds what is spent of an allowance passes for the first time, remembered in its document: what is only reserved may
 * come back. Where something is refused when nine tenths are spent, all of it counts as spent: the rest is what slices hold, and
 * what is too little for anybody. How many tasks are active passes nothing: it has no period in which it could be told once.
 */
export function passThresholds(
  id: string,
  document: AllowanceDocument,
  { thresholds, isRefused, now }: { thresholds: readonly number[]; isRefused: boolean; now: number },
): Passed {
  const { limit, told, measure, spent: used } = document;
  if (measure === "activeTasks") return { document, events: [] };
  const isAll = isRefused && used >= limit * (1 - 2 * strandedPart);
  const passed = thresholds.filter(
    (percent) =>
      limit > 0 && !told.includes(percent) && (used * 100 >= limit * percent || (percent === 100 && isAll)),
  );
  if (passed.length === 0) return { document, events: [] };
  const events = passed.map((percent, index) =>
    toEvent(id, document, { percent, used, sequence: told.length + index + 1, now }),
  );
  return { document: { ...document, told: [...told, ...passed] }, events };
}

function toEvent(
  id: string,
  document: AllowanceDocument,
  { percent, used, sequence, now }: { percent: number; used: number; sequence: number; now: number },
): AllowanceEvent {
  const { tenant, scope, scopeId, measure, periodStart, periodEnd, limit } = document;
  return {
    id: idFrom("event", id, String(percent)),
    sequence,
    time: toTime(now),
    tenant,
    type: "allowance.threshold",
    allowance: {
      ...{ id, scope, scopeId, measure, periodStart, limit, used, percent },
      ...(periodEnd && { periodEnd }),
    },
  };
}

export function toEventWrites(events: AllowanceEvent[]): Write[] {
  return events.map((event) => {
    const data: AllowanceEventDocument = { event, at: event.time };
    return { op: "create", path: eventPath(event), data };
  });
}

function eventPath({ id }: AllowanceEvent): DocumentPath {
  return `${allowanceEvents}/${id}`;
}

/** Publishes events and forgets them. Never rejects: what fails is the sweep's. Resolves to how many were published. */
export async function publishThresholds(
  { documents, events: port, log }: Pick<Platform, "documents" | "events"> & { log: Log },
  events: AllowanceEvent[],
): Promise<number> {
  let published = 0;
  for (const event of events) {
    try {
      await port.publish(event);
      published += 1;
      await documents.commit([{ op: "delete", path: eventPath(event) }]);
    } catch (error) {
      log.warn("an allowance's event is left to the sweep", { eventId: event.id, ...toErrorField(error) });
    }
  }
  return published;
}
