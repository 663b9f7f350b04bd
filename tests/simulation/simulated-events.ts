import type { Event } from "../../shared/api/events.ts";
import type { Events } from "../../shared/platform/events.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { Happened, History } from "./history.ts";
import type { Instance } from "./instance.ts";
import type { World } from "./world.ts";

export type EventBroker = { publish(event: Event, by: string): void };

/** Hands events to one subscriber, the history: at least once, in any order. */
export function createEventBroker(parts: {
  world: World;
  faults: Faults;
  history: History;
  dice: Dice;
}): EventBroker {
  const { world, faults, history, dice } = parts;
  const deliver = (entry: Happened) => {
    const delayMs = faults.strikes("event_late", dice) ? dice.between(100, 60_000) : 1;
    world.after(delayMs, () => history.record(entry));
  };
  return {
    publish(event, by) {
      // That these are told is checked where allowances are (tests/allowances).
      if ("allowance" in event) return;
      const entries = toEntries(event, by);
      if (!entries) throw new Error(`nobody expects ${event.type} here`);
      history.record(entries.published);
      deliver(entries.delivered);
      if (faults.strikes("event_twice", dice)) deliver(entries.delivered);
    },
  };
}

function toEntries(event: Event, by: string): { published: Happened; delivered: Happened } | undefined {
  if ("task" in event)
    return { published: { kind: "published", event, by }, delivered: { kind: "delivered", event } };
  if ("breaker" in event)
    return {
      published: { kind: "breakerPublished", event, by },
      delivered: { kind: "breakerDelivered", event },
    };
  return undefined;
}

/** The events as an instance meets them: a publication may fail, or take place and report failure. */
export function connectEvents(broker: EventBroker, instance: Instance, faults: Faults): Events {
  const { dice, name } = instance;
  return {
    publish: (event) =>
      instance.call(async () => {
        if (faults.strikes("publish_failed", dice)) throw new Error("the publisher is unavailable");
        broker.publish(event, name);
        if (faults.strikes("publish_failed_done", dice)) throw new Error("no answer from the publisher");
      }),
  };
}
