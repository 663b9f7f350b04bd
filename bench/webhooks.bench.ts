import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Principal } from "../shared/access/principal.ts";
import { CreateWebhookEndpoint } from "../shared/api/webhooks.ts";
import { sleep } from "../shared/core/clock.ts";
import { createLog } from "../shared/core/log.ts";
import { countDocuments, totalCounts } from "../shared/platform/count-documents.ts";
import { openEmbeddedPlatform } from "../shared/platform/embedded/open-embedded-platform.ts";
import { anEvent } from "../shared/platform/events.contract.ts";
import { createDirectSender } from "../shared/webhooks/create-direct-sender.ts";
import { createEndpoint } from "../shared/webhooks/create-endpoint.ts";
import { createLineRunner } from "../shared/webhooks/create-line-runner.ts";
import { createWebhooks } from "../shared/webhooks/create-webhooks.ts";
import { fanOut } from "../shared/webhooks/fan-out.ts";
import type { Send } from "../shared/webhooks/send.ts";
import { type Bench, type Figure, quantile, runMany } from "./measure.ts";

const root: Principal = { tenant: "acme", user: "root", role: "admin" };

export const webhooks: Bench = {
  name: "webhooks",
  about: "events to signed deliveries at receivers on this machine, with and without ten that hang",
  async run(scale) {
    return [
      ...(await measureFlood(Math.round(2_000 * scale), "http")),
      ...(await measureFlood(Math.round(10_000 * scale), "none")),
      ...(await measureSingle(Math.round(50 * scale))),
      ...(await measureIsolation(Math.round(150 * scale))),
    ];
  },
};

/** Many events at once to many endpoints, each at its highest rate: what one process delivers. */
async function measureFlood(count: number, way: "http" | "none"): Promise<Figure[]> {
  const at = await open(
    way === "none" ? async () => ({ status: 204, text: "", isCut: false, durationMs: 0 }) : undefined,
  );
  const endpoints = way === "http" ? 20 : 100;
  for (let n = 0; n < endpoints; n++) await at.add(`/e${n}`, { ratePerSecond: 100, concurrency: 50 });
  at.counts.clear();
  const startedAt = performance.now();
  await runMany(Math.ceil(count / endpoints), 8, () => at.publish());
  const fannedOutMs = performance.now() - startedAt;
  const made = Math.ceil(count / endpoints) * endpoints;
  await at.until(() => at.settled() >= made);
  const allMs = performance.now() - startedAt;
  const { reads, writes } = totalCounts(at.counts);
  const lines = at.counts.get("webhookLines")?.writes ?? 0;
  const deliveries = at.counts.get("webhookDeliveries")?.writes ?? 0;
  await at.close();
  const name = way === "http" ? "over HTTP" : "to receivers that take no time";
  return [
    { name: `fanned out, ${name}`, value: (made / fannedOutMs) * 1_000, unit: "deliveries/s" },
    { name: `delivered, ${name}`, value: (made / allMs) * 1_000, unit: "deliveries/s" },
    { name: "writes of the delivery", value: deliveries / made, unit: "per delivery" },
    { name: "writes of the line", value: lines / made, unit: "per delivery" },
    { name: "documents written in all", value: writes / made, unit: "per delivery" },
    { name: "documents read in all", value: reads / made, unit: "per delivery" },
  ];
}

/** One event at a time, each delivered before the next: the dearest case. */
async function measureSingle(count: number): Promise<Figure[]> {
  const at = await open();
  await at.add("/one", { ratePerSecond: 100 });
  await at.publish();
  await at.until(() => at.settled() >= 1);
  at.counts.clear();
  const each: number[] = [];
  for (let n = 1; n <= count; n++) {
    // A shift ends before the next event comes.
    await sleep(at.clock, 20);
    const startedAt = performance.now();
    await at.publish();
    await at.until(() => at.arrived("/one").length > n);
    each.push(performance.now() - startedAt);
  }
  await sleep(at.clock, 100);
  const { reads, writes } = totalCounts(at.counts);
  await at.close();
  return [
    { name: "one at a time, p50", value: quantile(each, 0.5), unit: "ms" },
    { name: "one at a time, documents written", value: writes / count, unit: "per delivery" },
    { name: "one at a time, documents read", value: reads / count, unit: "per delivery" },
  ];
}

/** Ten events a second to a healthy endpoint, alone and beside ten that never answer, in a process that these would fill. */
async function measureIsolation(count: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const dead of [0, 10]) {
    const at = await open(undefined, 100);
    await at.add("/well", { ratePerSecond: 100 });
    for (let n = 0; n < dead; n++) await at.add(`/dead${n}`);
    for (let n = 0; n < count; n++) {
      await at.publish();
      await sleep(at.clock, 100);
    }
    await at.until(() => at.arrived("/well").length >= count);
    const delays = at.arrived("/well");
    await at.close();
    const name = dead === 0 ? "healthy endpoint alone" : `healthy endpoint beside ${dead} dead ones`;
    for (const share of [0.5, 0.99])
      figures.push({ name: `${name}, p${share * 100}`, value: quantile(delays, share), unit: "ms" });
  }
  return figures;
}

async function open(instead?: Send, capacity = 200) {
  const log = createLog(() => undefined);
  const embedded = await openEmbeddedPlatform({
    environment: {},
    baseUrl: () => "",
    deliverWake: (wake) => runner.handleWake(wake),
    log,
  });
  const { documents, counts } = countDocuments(embedded.platform.documents);
  const platform = { ...embedded.platform, documents };
  const { clock } = platform;
  const shared = createWebhooks(platform, { allowLoopbackHttp: true });
  const closing = new AbortController();
  const direct = createDirectSender({ ...shared, clock });
  let settled = 0;
  const send: Send = async (outgoing) => {
    const outcome = await (instead ?? direct)(outgoing);
    settled += 1;
    return outcome;
  };
  const deps = { ...platform, ...shared, send, log, closing: closing.signal };
  const runner = createLineRunner(deps, capacity);
  const receiver = await startReceiver();
  let count = 0;
  return {
    ...{ counts, clock, settled: () => settled, arrived: receiver.arrived },
    add: (path: string, more: object = {}) =>
      createEndpoint(deps, root, CreateWebhookEndpoint.parse({ url: `${receiver.url}${path}`, ...more })),
    publish: () => fanOut(deps, anEvent(`task ${count++}`, { time: new Date().toISOString() })),
    async until(isDone: () => boolean): Promise<void> {
      while (!isDone()) await sleep(clock, 1);
    },
    async close(): Promise<void> {
      closing.abort();
      receiver.close();
      await runner.drain(5_000);
      await embedded.close();
    },
  };
}

/** Takes everything at once and notes how old it is; what comes to `/dead…` is never answered. */
async function startReceiver() {
  const ages = new Map<string, number[]>();
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? "";
    if (path.startsWith("/dead")) return;
    const { timestamp } = JSON.parse(Buffer.concat(chunks).toString());
    ages.set(path, [...(ages.get(path) ?? []), Date.now() - Date.parse(timestamp)]);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrived: (path: string) => ages.get(path) ?? [],
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
