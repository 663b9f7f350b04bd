import { CloudTasksClient } from "@google-cloud/tasks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toEndpointOptions } from "../../../shared/platform/google/to-endpoint-options.ts";
import type { CallFault } from "../serve-grpc.ts";
import { location, openWorld, queueName, startMs, toTimestamp, type World } from "./cloud-tasks.fixture.ts";
import { startCloudTasks } from "./start-cloud-tasks.ts";
import { unkind } from "./unkindness.ts";

const codes = { invalidArgument: 3, notFound: 5, alreadyExists: 6, unimplemented: 12, unavailable: 14 };

describe("Cloud Tasks, as the official client meets it", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  it("keeps a task as it was given, and shows its body in the full view only", async () => {
    const { client, create } = world;
    const { name } = await create("one", 90_123, { dispatchDeadline: { seconds: 1_800 } });
    const [basic] = await client.getTask({ name });
    expect(basic).toMatchObject({
      name: `${queueName}/tasks/one`,
      scheduleTime: { seconds: String(startMs / 1_000 + 90), nanos: 123_000_000 },
      dispatchDeadline: { seconds: "1800" },
      httpRequest: { httpMethod: "POST", body: Buffer.alloc(0) },
      view: "BASIC",
    });
    const [full] = await client.getTask({ name, responseView: "FULL" });
    expect(full).toMatchObject({ httpRequest: { body: Buffer.from("one") }, view: "FULL" });
  });

  it("lists tasks by pages and deletes them", async () => {
    const { client, create } = world;
    for (const id of ["a", "b", "c"]) await create(id, 60_000);
    await client.deleteTask({ name: `${queueName}/tasks/b` });
    const byOne = { autoPaginate: false };
    const [first, next] = await client.listTasks({ parent: queueName, pageSize: 1 }, byOne);
    const [second, none] = await client.listTasks(next ?? {}, byOne);
    const names = [...first, ...second].map(({ name }) => name);
    expect(names).toEqual([`${queueName}/tasks/a`, `${queueName}/tasks/c`]);
    expect(none).toBeNull();
    await expect(client.deleteTask({ name: `${queueName}/tasks/b` })).rejects.toMatchObject({
      code: codes.notFound,
    });
  });

  it("sends nothing while a queue is paused, and what was purged never", async () => {
    const { client, create, pass, bodies } = world;
    expect((await client.pauseQueue({ name: queueName }))[0].state).toBe("PAUSED");
    await create("purged");
    await client.purgeQueue({ name: queueName });
    await create("kept");
    await pass(60_000);
    expect(bodies()).toEqual([]);
    expect((await client.resumeQueue({ name: queueName }))[0].state).toBe("RUNNING");
    await pass(1);
    expect(bodies()).toEqual(["kept"]);
  });

  it("gives queues the service's defaults, and lists them", async () => {
    const { client } = world;
    const [queue] = await client.getQueue({ name: queueName });
    expect(queue).toMatchObject({
      rateLimits: { maxDispatchesPerSecond: 500, maxBurstSize: 100, maxConcurrentDispatches: 1_000 },
      retryConfig: { maxAttempts: 100, minBackoff: { nanos: 100_000_000 }, maxDoublings: 16 },
      state: "RUNNING",
    });
    const [queues] = await client.listQueues({ parent: location });
    expect(queues.map(({ name }) => name)).toEqual([queueName]);
    await expect(client.createQueue({ parent: location, queue: { name: queueName } })).rejects.toMatchObject({
      code: codes.alreadyExists,
    });
  });

  it("knows no task of a queue that is not there", async () => {
    const { client } = world;
    const task = { httpRequest: { url: "http://127.0.0.1:1/" } };
    await expect(client.createTask({ parent: `${location}/queues/other`, task })).rejects.toMatchObject({
      code: codes.notFound,
    });
  });

  it.each([
    ["a name of another queue", { name: `${location}/queues/other/tasks/a` }],
    ["a name with a dot", { name: `${queueName}/tasks/a.b` }],
    ["a time more than thirty days ahead", { scheduleTime: toTimestamp(startMs + 30 * 86_400_000 + 1) }],
    ["a deadline below fifteen seconds", { dispatchDeadline: { seconds: 14 } }],
    ["a deadline above half an hour", { dispatchDeadline: { seconds: 1_801 } }],
    ["an address that is none", { httpRequest: { url: "worker" } }],
    ["a body too large", { httpRequest: { url: "http://a/", body: Buffer.alloc(1_048_577) } }],
    ["a token without an account", { httpRequest: { url: "http://a/", oidcToken: { audience: "a" } } }],
  ])("refuses %s", async (_, task) => {
    await expect(world.create("a", 0, task)).rejects.toMatchObject({ code: codes.invalidArgument });
  });

  it("takes a time that has passed as now", async () => {
    const { create, pass, bodies } = world;
    expect(await create("one", -3_600_000)).toMatchObject({
      scheduleTime: { seconds: String(startMs / 1_000) },
    });
    await pass(1);
    expect(bodies()).toEqual(["one"]);
  });

  it("says so where it plays no part", async () => {
    const { client } = world;
    await expect(client.runTask({ name: `${queueName}/tasks/a` })).rejects.toMatchObject({
      code: codes.unimplemented,
    });
  });
});

describe("calls of Cloud Tasks", () => {
  async function createTwice(fault: CallFault) {
    const faults = [fault];
    const cloudTasks = await startCloudTasks({ planFault: () => faults.shift() });
    const client = new CloudTasksClient(await toEndpointOptions(cloudTasks.endpoint));
    const create = () => client.createQueue({ parent: location, queue: { name: queueName } });
    await expect(create()).rejects.toMatchObject({ code: codes.unavailable });
    const [again] = await Promise.allSettled([create()]);
    await client.close();
    await cloudTasks.close();
    return again;
  }

  it("have done nothing when they are refused", async () => {
    expect(await createTwice("refused")).toMatchObject({ status: "fulfilled" });
  });

  it("have done everything when the answer was lost", async () => {
    expect(await createTwice("answer-lost")).toMatchObject({ reason: { code: codes.alreadyExists } });
  });

  it.each(["refusedCalls", "lostAnswers"])("go wrong as often as they are told to (%s)", async (fault) => {
    const troubled = await startCloudTasks({
      refusedCalls: 0,
      lostAnswers: 0,
      [fault]: 0.3,
      queues: [queueName],
    });
    const client = new CloudTasksClient(await toEndpointOptions(troubled.endpoint));
    const get = () => client.getQueue({ name: queueName }, { retry: null });
    const results = await Promise.allSettled(Array.from({ length: 100 }, get));
    const failed = results.filter(({ status }) => status === "rejected").length;
    expect(failed).toBeGreaterThan(15);
    expect(failed).toBeLessThan(45);
    await Promise.all([client.close(), troubled.close()]);
  });

  it("go wrong by default, as everything may", () => {
    expect(unkind).toMatchObject({ disorder: true, slowDown: true, nameKeptMs: 3_600_000 });
    const chances = [unkind.duplicates, unkind.late, unkind.refusedCalls, unkind.lostAnswers];
    expect(Math.min(...chances)).toBeGreaterThan(0);
    expect(unkind.lateUpToMs).toBeGreaterThanOrEqual(60_000);
  });
});
