import type { BreakerEvent } from "../api/events.ts";
import { toTime } from "../core/clock.ts";
import { type Outbox, type Recorded, untoldOf, withRecorded } from "../events/outbox.ts";
import type { Platform } from "../platform/platform.ts";
import type { QueueDocument } from "./queue-document.ts";

/** That a breaker left the closed state, or came back to it. */
type BreakerChange = Pick<BreakerEvent, "type"> & { openUntil?: string };
export type BreakerOutbox = Outbox<BreakerChange>;

type Breaking = Pick<QueueDocument, "breaker" | "breakerEvents">;

/**
 * The fields by which the write that makes `after` of `before` records that the breaker has opened or closed; none where it
 * has not. A breaker that is tried and opens again has not been closed: nothing is told.
 */
export function breakerEventFields(
  before: Breaking,
  after: Pick<QueueDocument, "breaker">,
  now: number,
): Pick<QueueDocument, "breakerEvents"> {
  const isClosed = after.breaker.state === "closed";
  if ((before.breaker.state === "closed") === isClosed) return {};
  const { state, openUntil } = after.breaker;
  const change: BreakerChange & { at: string } = {
    type: isClosed ? "breaker.closed" : "breaker.opened",
    at: toTime(now),
    ...(state === "open" && { openUntil: toTime(openUntil) }),
  };
  return { breakerEvents: withRecorded(before.breakerEvents, change) };
}

export type BreakerEventDeps = Pick<Platform, "events"> & {
  /** Whose the events are that concern nobody's own tasks. */
  operatorTenant: string;
};

/** Publishes, in order, what may not have been told of a queue's breaker. Resolves to how many that were. */
export async function publishBreakerEvents(
  { events, operatorTenant: tenant }: BreakerEventDeps,
  queue: string,
  outbox: BreakerOutbox | undefined,
): Promise<number> {
  const untold = untoldOf(outbox);
  for (const change of untold) await events.publish(toEvent(queue, tenant, change));
  return untold.length;
}

function toEvent(
  queue: string,
  tenant: string,
  { sequence, type, at, openUntil }: Recorded<BreakerChange>,
): BreakerEvent {
  const breaker = { queue, ...(openUntil && { openUntil }) };
  return { id: `breaker_${queue}.${sequence}`, type, sequence, time: at, tenant, breaker };
}
