import { Webhook } from "standardwebhooks";
import { expect, it } from "vitest";
import type { Principal } from "../../../shared/access/principal.ts";
import { CreateWebhookEndpoint } from "../../../shared/api/webhooks.ts";
import { createLog } from "../../../shared/core/log.ts";
import { randomIds } from "../../../shared/core/random.ts";
import { countDocuments } from "../../../shared/platform/count-documents.ts";
import { createEmbeddedSecrets } from "../../../shared/platform/embedded/secrets.ts";
import { createEmbeddedWakes } from "../../../shared/platform/embedded/wakes.ts";
import { anEvent } from "../../../shared/platform/events.contract.ts";
import { openFirestoreDocuments } from "../../../shared/platform/google/documents.ts";
import { openPubSubEvents } from "../../../shared/platform/google/events.ts";
import { openPubSub } from "../../../shared/platform/google/push-subscriber.fixture.ts";
import { systemClock } from "../../../shared/platform/system-clock.ts";
import { createDirectSender } from "../../../shared/webhooks/create-direct-sender.ts";
import { createEndpoint } from "../../../shared/webhooks/create-endpoint.ts";
import { createLineRunner } from "../../../shared/webhooks/create-line-runner.ts";
import { createWebhooks } from "../../../shared/webhooks/create-webhooks.ts";
import type { DeliveryDocument } from "../../../shared/webhooks/delivery-document.ts";
import { fanOut } from "../../../shared/webhooks/fan-out.ts";
import { type Answer, startReceiver } from "../../../shared/webhooks/receiver.fixture.ts";
import { sweepWebhooks } from "../../../shared/webhooks/sweep-webhooks.ts";
import { describeOnEmulators, hostOf } from "../../emulators/describe-on-emulators.ts";
import { freshProject } from "../../emulators/fresh-project.ts";

const root: Principal = { tenant: "acme", user: "root", role: "admin" };
const events = 40;

/** Two functions that hold lines and one that fans out, on the emulators; wakes go to either holder in turn. */
async function open() {
  const project = freshProject();
  const pubsub = await openPubSub(hostOf("pubsub"), project);
  await pubsub.createTopic("events");
  const firestore = openFirestoreDocuments({ project, database: "(default)", endpoint: hostOf("firestore") });
  const { documents, counts } = countDocuments(firestore);
  const publisher = openPubSubEvents({ project, topic: "events" });
  const [clock, log] = [systemClock, createLog(() => undefined)];
  let turn = 0;
  const { wakes, close: closeWakes } = createEmbeddedWakes({
    ...{ clock, log },
    deliver: async (wake) => runners[turn++ % 2]?.handleWake(wake),
  });
  const secrets = createEmbeddedSecrets({ environment: {}, clock });
  const webhooks = createWebhooks({ documents, secrets, clock }, { allowLoopbackHttp: true });
  const closing = new AbortController();
  const deps = {
    ...{ documents, wakes, events: publisher, clock, ids: randomIds, random: Math.random, log },
    ...{
      ...webhooks,
      send: createDirectSender({ safeFetch: webhooks.safeFetch, clock }),
      closing: closing.signal,
    },
  };
  const runners = [createLineRunner(deps), createLineRunner(deps)];
  await pubsub.subscribe((event) => fanOut(deps, event));
  const receivers: Awaited<ReturnType<typeof startReceiver>>[] = [];
  return {
    ...{ deps, counts, pubsub, publisher },
    async add(answer: Answer) {
      const receiver = await startReceiver(answer);
      receivers.push(receiver);
      const url = `http://127.0.0.1:${receiver.port}/`;
      const request = CreateWebhookEndpoint.parse({ url, ratePerSecond: 100 });
      return { receiver, endpoint: await createEndpoint(deps, root, request) };
    },
    deliveries: async (endpointId: string) => {
      const where: [[string, "==", string]] = [["endpointId", "==", endpointId]];
      return documents.query<DeliveryDocument>({ collection: "webhookDeliveries", where });
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all(runners.map((runner) => runner.drain(5_000)));
      await closeWakes();
      await Promise.all([
        pubsub.close(),
        publisher.close(),
        ...receivers.map((receiver) => receiver.close()),
      ]);
      await firestore.close();
    },
  };
}

describeOnEmulators(["firestore", "pubsub"], "webhooks on Firestore and Pub/Sub", () => {
  it("deliver what is pushed, twice and from two processes, once to each endpoint, verified", async () => {
    await using at = await open();
    const well = await at.add((_, response) => response.writeHead(204).end());
    const failedOnce = new Set<unknown>();
    const flaky = await at.add(({ headers: { "webhook-id": id } }, response) => {
      response.writeHead(failedOnce.has(id) || failedOnce.size >= 3 ? 204 : 500).end();
      failedOnce.add(id);
    });
    at.counts.clear();
    const published = Array.from({ length: events }, (_, index) =>
      anEvent(`task ${index}`, { time: new Date().toISOString() }),
    );
    await Promise.all(
      published.flatMap((event) => [at.publisher.publish(event), at.publisher.publish(event)]),
    );
    await expect
      .poll(() => well.receiver.received.length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(events);
    const done = async () => {
      await sweepWebhooks(at.deps);
      const all = (await Promise.all([well, flaky].map(({ endpoint }) => at.deliveries(endpoint.id)))).flat();
      return all.filter(({ data }) => data.state === "succeeded").length;
    };
    await expect.poll(done, { timeout: 60_000, interval: 1_000 }).toBe(events * 2);
    const ids = well.receiver.received.map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(events);
    expect(ids).toHaveLength(events);
    for (const { headers, body } of well.receiver.received)
      expect(new Webhook(well.endpoint.secret).verify(body, headers as Record<string, string>)).toEqual(
        JSON.parse(body),
      );
    const told = new Set(well.receiver.received.map(({ body }) => JSON.parse(body).data.eventId));
    expect(told).toEqual(new Set(published.map(({ id }) => id)));
    const tried = (await at.deliveries(flaky.endpoint.id)).filter(({ data }) => data.attemptCount === 2);
    expect(tried).toHaveLength(3);
    // One when it is made and one for each attempt.
    expect(at.counts.get("webhookDeliveries")?.writes).toBe(events * 4 + 3);
  }, 100_000);
});
