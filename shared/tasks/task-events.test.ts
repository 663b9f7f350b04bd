import { describe, expect, it } from "vitest";
import type { Provider } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { noneInFlight } from "../queue/in-flight.ts";
import { type QueueDocument, queuePath } from "../queue/queue-document.ts";
import { sweep } from "../queue/sweep.ts";
import { cancelTask } from "./change-task.ts";
import { aChat, ann, openTestConea } from "./conea.fixture.ts";
import { failing } from "./runner.fixture.ts";

describe("events after a crash", () => {
  it("are published again by the sweep when the worker could not", async () => {
    const test = await openTestConea();
    const publish = test.conea.events.publish;
    test.conea.events.publish = async (event) => {
      if (event.type === "task.succeeded") throw new Error("the publisher is down");
      return publish(event);
    };
    const { task } = await test.submit();
    await test.clock.advance(1_000);
    expect((await test.read(task.id)).status).toBe("succeeded");
    expect(test.events.some(({ type }) => type === "task.succeeded")).toBe(false);
    test.conea.events.publish = publish;
    await test.clock.advance(61_000);
    expect(await sweep(test.conea)).toMatchObject({ republished: 1 });
    expect(test.events.at(-1)).toMatchObject({ id: `${task.id}.3`, sequence: 3, type: "task.succeeded" });
    expect(await sweep(test.conea)).toMatchObject({ republished: 0 });
  });

  it("keep nothing from its queue of how a call went whose end could not be told", async () => {
    const slowDown = new ProviderError("rate_limited", { retryAfterMs: 50_000 });
    const test = await openTestConea({ provider: failing(slowDown) });
    const publish = test.conea.events.publish;
    test.conea.events.publish = async (event) => {
      if (event.type === "task.retrying") throw new Error("the publisher is down");
      return publish(event);
    };
    const { task } = await test.submit();
    await test.clock.advance(1_000);
    expect((await test.read(task.id)).status).toBe("scheduled");
    const { data } = (await test.conea.documents.get<QueueDocument>(queuePath("main"))) ?? {};
    expect(data?.inFlight).toEqual(noneInFlight);
    expect(data?.retryAfterUntil).toBe(test.clock.now() - 1_000 + 50_000);
    expect(Object.keys(data?.unconfirmed ?? {})).toEqual([`${task.id}:1`]);
  });

  it("tell of a start that could not be told, and give up no answer for it", async () => {
    const test = await openTestConea();
    const publish = test.conea.events.publish;
    test.conea.events.publish = async (event) => {
      if (event.type === "task.started") throw new Error("the publisher is down");
      return publish(event);
    };
    const { task } = await test.submit();
    await test.clock.advance(1_000);
    expect(await test.read(task.id)).toMatchObject({ status: "succeeded" });
    test.conea.events.publish = publish;
    // What was not told of is told to the queue with the next claim.
    await test.submit();
    await test.clock.advance(61_000);
    await test.submit();
    await test.clock.advance(1_000);
    expect(await sweep(test.conea)).toMatchObject({ republished: 1 });
    const own = test.events.filter((event) => event.task.id === task.id);
    expect(new Set(own.map(({ sequence, type }) => `${sequence} ${type}`))).toEqual(
      new Set(["1 task.accepted", "2 task.started", "3 task.succeeded"]),
    );
  });

  it("tell what ended since the event before: the start of the next attempt of one whose worker was lost", async () => {
    const never: Provider = { chat: () => new Promise(() => undefined) };
    const test = await openTestConea({ provider: never });
    const { task } = await test.submit();
    await test.clock.advance(1_000);
    await sweep(test.conea, { orphans: true });
    await test.clock.advance(1_000);
    const known = new Map(test.events.map((event) => [event.id, event]));
    const started = [...known.values()].filter(({ type }) => type === "task.started");
    expect(
      started.map(({ sequence, task }) => [sequence, task.attempts?.map(({ outcome }) => outcome)]),
    ).toEqual([
      [2, undefined],
      [3, ["lost"]],
    ]);
    expect(started.every((event) => event.task.id === task.id && event.task.status === "running")).toBe(true);
  });

  it("are published by the sweep for a cancel that could not tell of itself", async () => {
    const test = await openTestConea();
    const { task } = await test.submit(aChat({ notBefore: "2027-01-01T00:00:00Z" }));
    const publish = test.conea.events.publish;
    test.conea.events.publish = () => Promise.reject(new Error("the publisher is down"));
    await cancelTask({ ...test.conea, abort: test.conea.runner.abort }, ann, task.id);
    test.conea.events.publish = publish;
    await sweep(test.conea);
    expect(test.events.at(-1)).toMatchObject({ sequence: 2, type: "task.cancelled" });
    expect((await test.read(task.id)).unpublished).toBeUndefined();
  });
});
