import { type Event, isTaskEvent, type TaskEvent } from "../../shared/api/events.ts";
import type { Events } from "../../shared/platform/events.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { History } from "./history.ts";
import type { Instance } from "./instance.ts";
import type { World } from "./world.ts";

export type EventBroker = { publish(event: Event, by: string): void };

/** Hands the events of tasks to one subscriber, the history: at least once, in any order. */
export function createEventBroker(parts: {
  world: World;
  faults: Faults;
  history: History;
  dice: Dice;
}): EventBroker {
  const { world, faults, history, dice } = parts;
  const deliver = (event: TaskEvent) => {
    const delayMs = faults.strikes("event_late", dice) ? dice.between(100, 60_000) : 1;
    world.after(delayMs, () => history.record({ kind: "delivered", event }));
  };
  return {
    publish(event, by) {
      if (!isTaskEvent(event)) return;
      history.record({ kind: "published", event, by });
      deliver(event);
      if (faults.strikes("event_twice", dice)) deliver(event);
    },
  };
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
