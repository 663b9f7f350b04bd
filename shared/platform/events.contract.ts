import { afterEach, beforeEach, expect, it } from "vitest";
import type { Event, TaskEvent } from "../api/events.ts";
import { idFrom } from "../core/ids.ts";
import type { Events } from "./events.ts";

export type OpenEvents = () => Promise<{
  events: Events;
  /** From now on `handle` gets each event; a rejection asks for it again. Resolves once that is so. */
  subscribe(handle: (event: Event) => Promise<void>): Promise<void>;
  /** Lets time pass until `isDone`. */
  until(isDone: () => boolean): Promise<void>;
  close(): Promise<void>;
}>;

let numbers = 0;

/** An event of a task; each has an id of its own. */
export function anEvent(task = "a", changes: Partial<TaskEvent> = {}): TaskEvent {
  const id = idFrom("task", task);
  numbers += 1;
  return {
    id: idFrom("event", String(numbers)),
    type: "task.accepted",
    sequence: numbers,
    time: "2026-01-01T00:00:00.000Z",
    tenant: "acme",
    task: { id, type: "chat", status: "ready", queue: "openai", createdBy: "ann" },
    ...changes,
  };
}

/** What every implementation of `Events` promises. */
export function describeEvents(open: OpenEvents): void {
  let at: Awaited<ReturnType<OpenEvents>>;
  beforeEach(async () => {
    at = await open();
  });
  afterEach(() => at.close());

  async function collect(): Promise<Event[]> {
    const got: Event[] = [];
    await at.subscribe(async (event) => void got.push(event));
    return got;
  }

  const idsOf = (events: Event[]) => new Set(events.map(({ id }) => id));

  it("hand an event to every subscriber, as it was published", async () => {
    const [first, second] = [await collect(), await collect()];
    const event = anEvent();
    await at.events.publish(event);
    await at.until(() => first.length > 0 && second.length > 0);
    expect(first[0]).toEqual(event);
    expect(second[0]).toEqual(event);
  });

  it("succeed without a subscriber", async () => {
    await at.events.publish(anEvent());
  });

  it("hand over every event published at the same time", async () => {
    const got = await collect();
    const events = Array.from({ length: 20 }, (_, n) => anEvent(`task ${n}`));
    await Promise.all(events.map(at.events.publish));
    await at.until(() => idsOf(got).size === 20);
    expect(idsOf(got)).toEqual(idsOf(events));
  });

  it("keep the order of one task's events, also when one has to be tried again", async () => {
    const got: string[] = [];
    let failures = 0;
    const events = Array.from({ length: 5 }, () => anEvent("ordered"));
    await at.subscribe(async ({ id }) => {
      if (id === events[1]?.id && failures++ === 0) throw new Error("not yet");
      got.push(id);
    });
    for (const event of events) await at.events.publish(event);
    await at.until(() => new Set(got).size === 5);
    expect([...new Set(got)]).toEqual(events.map(({ id }) => id));
  });

  it("hand an event again to a subscriber that failed, and disturb nobody else", async () => {
    const got = await collect();
    let tries = 0;
    await at.subscribe(async () => {
      tries += 1;
      if (tries < 3) throw new Error("not yet");
    });
    await at.events.publish(anEvent());
    await at.until(() => tries >= 3 && got.length > 0);
    expect(got).toHaveLength(1);
  });
}
