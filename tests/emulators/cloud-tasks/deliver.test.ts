import { createPublicKey, verify } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { openWorld, startMs, type World, type WorldOptions } from "./cloud-tasks.fixture.ts";

let world: World;
const open = async (options: WorldOptions = {}) => {
  world = await openWorld(options);
  return world;
};
afterEach(() => world.close());

const ids = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

describe("a delivery by Cloud Tasks", () => {
  it("is a request with the headers that name it", async () => {
    const { create, pass, target } = await open();
    await create("one", 1_500);
    await pass(1_500);
    expect(target.arrivals).toMatchObject([
      {
        method: "POST",
        body: "one",
        headers: {
          "user-agent": "Google-Cloud-Tasks",
          "x-cloudtasks-queuename": "q",
          "x-cloudtasks-taskname": "one",
          "x-cloudtasks-taskretrycount": "0",
          "x-cloudtasks-taskexecutioncount": "0",
          "x-cloudtasks-tasketa": "1767225601.500000",
        },
      },
    ]);
    expect(target.arrivals[0]?.headers).not.toHaveProperty("authorization");
  });

  it("carries a token that its keys verify, and the headers that were asked for", async () => {
    const { create, pass, target, cloudTasks } = await open();
    await create("one", 0, {
      httpRequest: {
        url: target.url,
        headers: { "X-Own": "kept", "X-Google-Own": "dropped", "User-Agent": "dropped" },
        oidcToken: { serviceAccountEmail: "wakes@demo.iam.gserviceaccount.com", audience: "https://worker" },
      },
    });
    await pass(1);
    const headers = target.arrivals[0]?.headers ?? {};
    expect(headers).toMatchObject({ "x-own": "kept", "user-agent": "Google-Cloud-Tasks" });
    expect(headers).not.toHaveProperty("x-google-own");
    const [head = "", claims = "", signature = ""] = (headers.authorization ?? "").slice(7).split(".");
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({
      iss: "https://accounts.google.com",
      aud: "https://worker",
      email: "wakes@demo.iam.gserviceaccount.com",
      iat: startMs / 1_000,
    });
    const [key = {}] = (await cloudTasks.keys()).keys;
    const publicKey = createPublicKey({ key, format: "jwk" });
    const signed = Buffer.from(`${head}.${claims}`);
    expect(verify("sha256", signed, publicKey, Buffer.from(signature, "base64url"))).toBe(true);
  });

  it("is repeated after a failure, ever later, and tells how often it was tried and answered", async () => {
    const { create, pass, times, target } = await open({ answer: (_, index) => (index < 3 ? 500 : 204) });
    await create("one");
    await pass(2_000, 1);
    expect(times()).toEqual([0, 100, 300, 700].map((ms) => expect.closeTo(ms, -1)));
    expect(target.arrivals.at(-1)?.headers).toMatchObject({
      "x-cloudtasks-taskretrycount": "3",
      "x-cloudtasks-taskexecutioncount": "3",
      "x-cloudtasks-taskpreviousresponse": "500",
    });
  });

  it("is silently given up after the last attempt, and the name stays taken", async () => {
    const retryConfig = { maxAttempts: 3 };
    const { create, pass, client, bodies } = await open({ answer: () => 500, queue: { retryConfig } });
    const { name } = await create("one");
    await pass(60_000, 100);
    expect(bodies()).toEqual(["one", "one", "one"]);
    await expect(client.getTask({ name })).rejects.toMatchObject({ code: 5 });
    await expect(create("one")).rejects.toMatchObject({ code: 6 });
  });

  it("stops listening at the deadline and comes again while the first is still at work", async () => {
    const { promise: never, resolve } = Promise.withResolvers<number>();
    const { create, clock, target, cloudTasks } = await open({
      answer: (_, index) => (index === 0 ? never : 204),
    });
    await create("one", 0, { dispatchDeadline: { seconds: 15 } });
    await clock.advance(1);
    await target.arrived(1);
    await clock.advance(14_000);
    expect(target.arrivals).toHaveLength(1);
    await clock.advance(1_000);
    await cloudTasks.settled();
    await clock.advance(200);
    await target.arrived(2);
    await cloudTasks.settled();
    expect(target.arrivals[1]?.headers).toMatchObject({
      "x-cloudtasks-taskretrycount": "1",
      "x-cloudtasks-taskexecutioncount": "0",
    });
    resolve(204);
  });

  it("comes again where nobody answers", async () => {
    const { create, pass, target, client } = await open();
    const { name } = await create("one", 0, { httpRequest: { url: "http://127.0.0.1:1/" } });
    await pass(1_000, 50);
    const [task] = await client.getTask({ name });
    expect(task).toMatchObject({ dispatchCount: 4, responseCount: 0 });
    expect(target.arrivals).toEqual([]);
  });
});

describe("Cloud Tasks, unkind", () => {
  it("sends what is due together in any order", async () => {
    const { create, pass, bodies } = await open({ disorder: true });
    for (const id of ids(20)) await create(id, 1_000);
    await pass(2_000);
    expect(bodies()).not.toEqual(ids(20));
    expect(bodies().toSorted()).toEqual(ids(20).toSorted());
  });

  it("keeps the order of time where it is told to be kind", async () => {
    const { create, pass, bodies } = await open({ queue: { rateLimits: { maxConcurrentDispatches: 1 } } });
    for (const [index, id] of ids(20).entries()) await create(id, 2_000 - index);
    await pass(3_000, 100);
    for (let rounds = 0; rounds < 20; rounds++) await pass(1);
    expect(bodies()).toEqual(ids(20).toReversed());
  });

  it("delivers some twice though they succeeded, the second within the time it is given", async () => {
    const { create, pass, bodies, times } = await open({ duplicates: 0.5, duplicateWithinMs: 5_000 });
    for (const id of ids(20)) await create(id);
    await pass(5_000, 100);
    const seconds = bodies().length - 20;
    expect(seconds).toBeGreaterThan(3);
    expect(seconds).toBeLessThan(17);
    expect(new Set(bodies()).size).toBe(20);
    expect(Math.max(...times())).toBeLessThanOrEqual(5_100);
  });

  it("delivers some minutes late, and the same ones for the same seed", async () => {
    const run = async (seed: number) => {
      const { create, pass, bodies, close } = await openWorld({ late: 0.5, lateUpToMs: 300_000, seed });
      for (const id of ids(10)) await create(id);
      await pass(1);
      const punctual = bodies().toSorted();
      await pass(300_000, 10_000);
      const all = bodies().length;
      await close();
      return { punctual, all };
    };
    world = await openWorld();
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    expect(one).toEqual(again);
    expect(one.punctual).not.toEqual(other.punctual);
    expect(one.punctual.length).toBeGreaterThan(0);
    expect(one.punctual.length).toBeLessThan(10);
    expect([one.all, other.all]).toEqual([10, 10]);
  });

  it("keeps a name taken for an hour after the task succeeded, and after it was deleted", async () => {
    const { create, pass, client, clock } = await open();
    await create("done");
    const { name } = await create("deleted", 5_000);
    await expect(create("deleted", 6_000)).rejects.toMatchObject({ code: 6 });
    await client.deleteTask({ name });
    await pass(1);
    await clock.advance(3_590_000);
    for (const id of ["done", "deleted"]) await expect(create(id)).rejects.toMatchObject({ code: 6 });
    await clock.advance(10_000);
    for (const id of ["done", "deleted"]) expect(await create(id)).toMatchObject({ view: "BASIC" });
  });

  it("sends a burst and then no more than the queue's rate", async () => {
    const { create, pass, bodies } = await open({ queue: { rateLimits: { maxDispatchesPerSecond: 2 } } });
    for (const id of ids(15)) await create(id);
    await pass(1);
    expect(bodies()).toHaveLength(10);
    await pass(1_000, 100);
    expect(bodies()).toHaveLength(12);
    await pass(2_000, 100);
    expect(bodies()).toHaveLength(15);
  });

  it("sends no more at a time than the queue takes", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const queue = { rateLimits: { maxConcurrentDispatches: 3 } };
    const { create, clock, target, cloudTasks } = await open({ queue, answer: () => promise });
    for (const id of ids(5)) await create(id);
    await clock.advance(100);
    await target.arrived(3);
    await clock.advance(1_000);
    expect(target.arrivals).toHaveLength(3);
    resolve(204);
    await target.arrived(5);
    await cloudTasks.settled();
  });

  it.each([429, 503])("slows the whole queue down after %i", async (code) => {
    const sent = async (slowDown: boolean) => {
      const options = { slowDown, queue: { rateLimits: { maxDispatchesPerSecond: 50 } } };
      const answer = (_: unknown, index: number) => (index < 8 ? code : 204);
      const { create, pass, times, close } = await openWorld({ ...options, answer });
      for (const id of ids(60)) await create(id);
      for (let passed = 0; times().length < 68 && passed < 60; passed++) await pass(1_000, 20);
      const last = Math.max(...times());
      await close();
      return last;
    };
    world = await openWorld();
    expect(await sent(true)).toBeGreaterThan(1.3 * (await sent(false)));
  });

  it("holds the queue as long as Retry-After says", async () => {
    const { create, pass, times } = await open({
      answer: (_, index) => (index === 0 ? { status: 503, retryAfter: "30" } : 204),
    });
    await create("refused");
    await pass(1);
    await create("other");
    await pass(29_000, 1_000);
    expect(times()).toHaveLength(1);
    await pass(2_000, 100);
    expect(times()).toHaveLength(3);
  });
});
