import { describe, expect, it } from "vitest";
import type { Event } from "../../api/events.ts";
import { createLog, type LogLine } from "../../core/log.ts";
import { anEvent, describeEvents } from "../events.contract.ts";
import { createEmbeddedEvents } from "./events.ts";
import { createVirtualClock } from "./virtual-clock.ts";

function open() {
  const clock = createVirtualClock();
  const lines: LogLine[] = [];
  return { clock, lines, ...createEmbeddedEvents({ clock, log: createLog((line) => lines.push(line)) }) };
}

describe("embedded events", () => {
  describeEvents(async () => {
    const { clock, events, subscribe, close } = open();
    return {
      events,
      subscribe: async (handle) => void subscribe(handle),
      async until(isDone) {
        for (let turn = 0; turn < 1_000 && !isDone(); turn++) await clock.advance(100);
      },
      close,
    };
  });

  it("have called each subscriber when publish resolves", async () => {
    const { events, subscribe } = open();
    const got: string[] = [];
    subscribe(async () => void got.push("first"));
    subscribe(async () => {
      await Promise.resolve();
      got.push("second");
    });
    await events.publish(anEvent());
    expect(got).toEqual(["first", "second"]);
  });

  it("follow each other for a subscriber that is done at once, and publishes about the same task", async () => {
    const { events, subscribe, close } = open();
    const got: string[] = [];
    const [first, second] = [anEvent(), anEvent()];
    subscribe(({ id }) => {
      got.push(`begin ${id}`);
      if (id === first.id) void events.publish(second);
      got.push(`end ${id}`);
      return undefined;
    });
    await events.publish(first);
    await close();
    expect(got).toEqual([first, second].flatMap(({ id }) => [`begin ${id}`, `end ${id}`]));
  });

  it("are not disturbed by a subscriber that fails, at once or later", async () => {
    const { events, subscribe, clock, lines } = open();
    const got: Event[] = [];
    subscribe(() => {
      throw new Error("at once");
    });
    subscribe(async () => {
      throw new Error("later");
    });
    subscribe(async (event) => void got.push(event));
    await events.publish(anEvent());
    await events.publish(anEvent());
    expect(got).toHaveLength(2);
    await clock.runUntilIdle();
    expect(lines.map(({ severity, fields }) => [severity, fields.error])).toEqual([
      ["ERROR", "Error: at once"],
      ["ERROR", "Error: later"],
      ["ERROR", "Error: at once"],
      ["ERROR", "Error: later"],
    ]);
  });

  it("of other tasks do not wait for one that is tried again", async () => {
    const { events, subscribe } = open();
    const got: string[] = [];
    const [stuck, free] = [anEvent("stuck"), anEvent("free")];
    subscribe(async ({ id }) => {
      if (id === stuck.id) throw new Error("not yet");
      got.push(id);
    });
    await events.publish(stuck);
    await events.publish(free);
    expect(got).toEqual([free.id]);
  });

  it("can be published by a subscriber about the task it was just told of", async () => {
    const { events, subscribe, close } = open();
    const got: string[] = [];
    const [first, second] = [anEvent(), anEvent()];
    subscribe(async ({ id }) => {
      got.push(`begin ${id}`);
      if (id === first.id) await events.publish(second);
      got.push(`end ${id}`);
    });
    await events.publish(first);
    await close();
    expect(got).toEqual([first, second].flatMap(({ id }) => [`begin ${id}`, `end ${id}`]));
  });

  it("are no longer handed to who has unsubscribed", async () => {
    const { events, subscribe } = open();
    const got: Event[] = [];
    const unsubscribe = subscribe(async (event) => void got.push(event));
    await events.publish(anEvent());
    unsubscribe();
    await events.publish(anEvent());
    expect(got).toHaveLength(1);
  });

  it("close once no subscriber is at work, without further tries", async () => {
    const { events, subscribe, close, lines } = open();
    const { promise, reject } = Promise.withResolvers<void>();
    let tries = 0;
    subscribe(() => {
      tries += 1;
      return promise;
    });
    const publishing = events.publish(anEvent());
    const closing = close();
    reject(new Error("interrupted"));
    await Promise.all([publishing, closing]);
    expect(tries).toBe(1);
    expect(lines).toHaveLength(1);
  });
});
