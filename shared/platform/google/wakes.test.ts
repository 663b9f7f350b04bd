import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { unkind } from "../../../tests/emulators/cloud-tasks/unkindness.ts";
import type { CallFault } from "../../../tests/emulators/serve-grpc.ts";
import { describeWakes } from "../wakes.contract.ts";
import type { Wake } from "../wakes.ts";
import { nameOf, openWakes, queueOf } from "./wakes.fixture.ts";
import { toQueueName } from "./wakes.ts";

const wake: Wake = { queue: "openai", reason: "ready" };
const quick = { callMs: 100, totalMs: 400 };
/** A call that hangs ends soon, and what follows has time on a busy machine too. */
const patient = { callMs: 300, totalMs: 15_000 };

/** Faults of the first calls, in order. Only the adapter calls. */
const faults = (...list: CallFault[]) => ({ planFault: () => list.shift() });

describe("wakes on Cloud Tasks", () => {
  describeWakes(async () => {
    const { wakes, delivered, clock, pass, close } = await openWakes();
    return {
      ...{ wakes, now: clock.now, pass, close },
      get delivered() {
        return delivered();
      },
    };
  });
});

describe("a wake on Cloud Tasks", () => {
  let at: Awaited<ReturnType<typeof openWakes>>;
  const open = async (...parts: Parameters<typeof openWakes>) => {
    at = await openWakes(...parts);
    return at;
  };
  afterEach(() => at.close());

  it("is a request to the worker with a token for its address, from the service account", async () => {
    const worker = { url: "https://worker-1.run.app/", serviceAccount: "wakes@demo.iam.gserviceaccount.com" };
    const { wakes, client, clock } = await open({ worker });
    await wakes.ensure({ ...wake, at: 7 }, "n", clock.now() + 1_000);
    const [task] = await client.getTask({ name: nameOf("openai", "n"), responseView: "FULL" });
    expect(task.httpRequest).toMatchObject({
      url: worker.url,
      httpMethod: "POST",
      headers: { "Content-Type": "application/json" },
      body: Buffer.from('{"queue":"openai","reason":"ready","at":7}'),
      oidcToken: { serviceAccountEmail: worker.serviceAccount, audience: worker.url },
    });
  });

  it("of an endpoint goes to its own function, by a queue that all endpoints share", async () => {
    const webhooks = {
      url: "https://run-webhooks-1.run.app/",
      serviceAccount: "wakes@demo.iam.gserviceaccount.com",
    };
    const { wakes, client, clock } = await open({ webhooks }, { queues: [queueOf("webhooks")] });
    const ofEndpoint: Wake = { queue: "webhooks", endpoint: "endpoint_a", reason: "ready" };
    await wakes.ensure(ofEndpoint, "n", clock.now() + 1_000);
    const [task] = await client.getTask({ name: nameOf("webhooks", "n"), responseView: "FULL" });
    expect(task.httpRequest).toMatchObject({
      url: webhooks.url,
      body: Buffer.from(JSON.stringify(ofEndpoint)),
      oidcToken: { audience: webhooks.url },
    });
  });

  it("of an endpoint is refused where nobody takes it", async () => {
    const { wakes, clock } = await open();
    const ofEndpoint: Wake = { queue: "webhooks", endpoint: "endpoint_a", reason: "ready" };
    await expect(wakes.ensure(ofEndpoint, "n", clock.now())).rejects.toThrow("CONEA_WEBHOOKS_URL is unset");
  });

  it("comes by the way of the queue that it names for that, and says whose it is", async () => {
    const { wakes, client, clock } = await open();
    const through = { queue: "openai-gpt-x", through: "openai", reason: "ready" as const };
    await wakes.ensure(through, "n", clock.now() + 1_000);
    const [task] = await client.getTask({ name: nameOf("openai", "n"), responseView: "FULL" });
    expect(JSON.parse(String(task.httpRequest?.body))).toEqual(through);
  });

  it("carries no token where no service account is named", async () => {
    const { wakes, clock, pass, target } = await open();
    await wakes.ensure(wake, "n", clock.now());
    await pass(1);
    expect(target.arrivals).toMatchObject([{ headers: { "content-type": "application/json" } }]);
    expect(target.arrivals[0]?.headers).not.toHaveProperty("authorization");
    expect(target.arrivals[0]?.headers).not.toHaveProperty("traceparent");
  });

  it("carries on the trace of whoever asked for it", async () => {
    const { wakes, clock, pass, target } = await open();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await wakes.ensure({ ...wake, traceparent }, "n", clock.now());
    await pass(1);
    expect(target.arrivals).toMatchObject([{ headers: { traceparent } }]);
  });

  it.each([1, 250, 999, 86_400_123])("is scheduled to the millisecond (%i ms ahead)", async (ms) => {
    const { wakes, client, clock } = await open();
    const time = clock.now() + ms;
    await wakes.ensure(wake, "n", time);
    const [{ scheduleTime }] = await client.getTask({ name: nameOf("openai", "n") });
    expect(Number(scheduleTime?.seconds) * 1_000 + (scheduleTime?.nanos ?? 0) / 1_000_000).toBe(time);
  });

  it.each([
    [undefined, 1_800],
    [540, 540],
    [3, 15],
    [3_600, 1_800],
  ])("may take as long as its worker, within what Cloud Tasks allows (%j s)", async (given, taken) => {
    const worker = { url: "http://127.0.0.1:1/", ...(given === undefined ? {} : { timeoutSeconds: given }) };
    const { wakes, client, clock } = await open({ worker });
    await wakes.ensure(wake, "n", clock.now() + 1_000);
    const [{ dispatchDeadline }] = await client.getTask({ name: nameOf("openai", "n") });
    expect(dispatchDeadline).toMatchObject({ seconds: String(taken) });
  });

  it("is ensured also where its name is still taken by one that was delivered", async () => {
    const { wakes, clock, pass, delivered } = await open();
    for (let times = 0; times < 2; times++) {
      await wakes.ensure(wake, "n", clock.now());
      await pass(1_000);
    }
    expect(delivered()).toEqual([wake]);
  });

  it("more than thirty days ahead is left to the sweep", async () => {
    const { wakes, client, clock, lines } = await open();
    const month = clock.now() + 30 * 86_400_000;
    await wakes.ensure(wake, "last", month);
    await wakes.ensure(wake, "later", month + 1);
    const [tasks] = await client.listTasks({ parent: queueOf("openai") });
    expect(tasks.map(({ name }) => name)).toEqual([nameOf("openai", "last")]);
    expect(lines).toMatchObject([{ severity: "DEBUG", fields: { queue: "openai" } }]);
  });

  it.each(["refused", "answer-lost", "silent"] as const)("survives a call that is %s", async (fault) => {
    const { wakes, clock, pass, delivered } = await open({ timeouts: patient }, faults(fault));
    await wakes.ensure(wake, "n", clock.now());
    await pass(1_000);
    expect(delivered()).toEqual([wake]);
  });
});

describe("a wake that Cloud Tasks does not take", () => {
  /** What `ensure` rejects with, and all that a log could make of it. */
  async function fail(...parts: Parameters<typeof openWakes>) {
    const { wakes, clock, cloudTasks, close } = await openWakes(...parts);
    const startedAt = performance.now();
    const [result] = await Promise.allSettled([
      wakes.ensure({ ...wake, traceparent: "00-secret" }, "n", clock.now()),
    ]);
    const tookMs = performance.now() - startedAt;
    await close();
    const error: unknown = result.status === "rejected" ? result.reason : undefined;
    return {
      message: String(error),
      shown: inspect(error, { depth: 9, showHidden: true }),
      tookMs,
      cloudTasks,
    };
  }

  it("says which queue is missing and how it is made", async () => {
    const { message } = await fail({}, { queues: [] });
    expect(message).toContain(queueOf("openai"));
    expect(message).toContain("terraform apply");
  });

  it.each([
    ["nobody answers", { endpoint: "127.0.0.1:1" }, {}],
    ["no answer ever comes", {}, { planFault: () => "silent" as const }],
    ["every call is refused", {}, { planFault: () => "refused" as const }],
  ])("is given up in time where %s", async (_, adapter, service) => {
    const { message, tookMs } = await fail({ timeouts: quick, ...adapter }, service);
    expect(message).toMatch(/^Error: Cloud Tasks took no wake of the queue openai \([A-Z_]+\)\.$/);
    expect(tookMs).toBeGreaterThan(quick.callMs);
    expect(tookMs).toBeLessThan(10 * quick.totalMs);
  });

  it.each([
    [{ endpoint: "127.0.0.1:1" }, {}],
    [{}, { queues: [] }],
    [{ worker: { url: "not-an-address", serviceAccount: "wakes@demo" } }, {}],
  ])("tells nothing that was sent or answered (%#)", async (adapter, service) => {
    const { shown } = await fail({ timeouts: quick, ...adapter }, service);
    expect(shown).not.toMatch(/secret|not-an-address|wakes@demo|127\.0\.0\.1|metadata|details/i);
  });

  it("may be tried again with the same wakes, once its queue is there", async () => {
    const { wakes, client, clock, pass, delivered, close } = await openWakes({}, { queues: [] });
    await expect(wakes.ensure(wake, "n", clock.now())).rejects.toThrow("terraform apply");
    await client.createQueue({ parent: "projects/demo/locations/here", queue: { name: queueOf("openai") } });
    await wakes.ensure(wake, "n", clock.now());
    await pass(1_000);
    expect(delivered()).toEqual([wake]);
    await close();
  });
});

describe("wakes on a Cloud Tasks that is as unkind as it may be", () => {
  it.each([1, 2, 3])("arrive, each at least once and none before its time (seed %i)", async (seed) => {
    const { wakes, clock, target, pass, close } = await openWakes({}, { ...unkind, seed });
    const times = Array.from({ length: 100 }, (_, index) => clock.now() + index * 37);
    await Promise.all(times.map((at, index) => wakes.ensure({ ...wake, at }, `n${index}`, at)));
    for (let minutes = 0; minutes < 6; minutes++) await pass(60_000);
    const arrived = target.arrivals.map(({ body, at }) => ({ due: JSON.parse(body).at, at }));
    expect(new Set(arrived.map(({ due }) => due))).toEqual(new Set(times));
    expect(arrived.filter(({ due, at }) => at < due)).toEqual([]);
    expect(arrived.length).toBeGreaterThan(100);
    await close();
  });
});

describe("the Cloud Tasks queue of a provider", () => {
  it("has a name that Cloud Tasks takes, also for the longest name of a provider", () => {
    for (const provider of ["openai", "a".repeat(63), "0-1"])
      expect(toQueueName(provider)).toMatch(/^conea-[a-zA-Z0-9-]{1,94}$/);
  });
});

describe("opening wakes on Cloud Tasks", () => {
  it("loads and connects nothing, so that closing has nothing to close", async () => {
    const { wakes, cloudTasks, target, client } = await openWakes({ endpoint: "not an endpoint" });
    expect(wakes.slotMs).toBe(250);
    await wakes.close();
    await Promise.all([client.close(), cloudTasks.close(), target.close()]);
  });
});
