import type { Principal } from "../access/principal.ts";
import type { Event } from "../api/events.ts";
import { CreateWebhookEndpoint } from "../api/webhooks.ts";
import { sleep, toTime } from "../core/clock.ts";
import { createLog, type LogLine } from "../core/log.ts";
import { countDocuments } from "../platform/count-documents.ts";
import { openEmbeddedPlatform } from "../platform/embedded/open-embedded-platform.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { createEndpoint } from "./create-endpoint.ts";
import { createEndpointBook } from "./create-endpoint-book.ts";
import { createLineRunner } from "./create-line-runner.ts";
import { type DeliveryDocument, deliveryPath } from "./delivery-document.ts";
import { type EndpointDocument, endpointPath } from "./endpoint-document.ts";
import { fanOut } from "./fan-out.ts";
import { type LineDocument, linePath } from "./line-document.ts";
import { createSecretSeal } from "./seal-secrets.ts";
import { attemptMs, type Outgoing, type SendOutcome } from "./send.ts";

export const root: Principal = { tenant: "acme", user: "root", role: "admin" };
export const stranger: Principal = { tenant: "evil", user: "eve", role: "admin" };
export const startMs = Date.parse("2026-01-01T00:00:00.000Z");

/** What a receiver does with a delivery, and how long that takes. */
export type Reaction = {
  afterMs?: number;
  status?: number;
  text?: string;
  retryAfter?: string;
  hangs?: true;
};
export type Receiver = (outgoing: Outgoing, n: number) => Reaction;

/** Something that arrived at a receiver: when (epoch ms), and what. */
export type Arrival = { at: number; url: string; id: string; outgoing: Outgoing };

let names = 0;

/** The event of a task that was accepted at `at` (epoch ms). */
export function aTaskEvent(at = startMs, changes: Partial<Event> = {}): Event {
  const id = `task_${String(++names)
    .padStart(26, "a")
    .replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "")}`;
  const task = { id, type: "chat", status: "ready", queue: "main", createdBy: "ann" };
  const time = toTime(at);
  return {
    id: `${id}.1`,
    type: "task.accepted",
    sequence: 1,
    time,
    tenant: "acme",
    task,
    ...changes,
  } as Event;
}

/** Webhooks on the embedded platform with a virtual clock, and receivers of the test's own by their URL. */
export async function openTestWebhooks({
  capacity = 200,
  dataDir,
}: {
  capacity?: number;
  dataDir?: string;
} = {}) {
  const clock = createVirtualClock(startMs);
  const lines: LogLine[] = [];
  const events: Event[] = [];
  const arrivals: Arrival[] = [];
  const receivers = new Map<string, Receiver>();
  const log = createLog((line) => lines.push(line), "DEBUG");
  let open = 0;
  let mostOpen = 0;

  async function send(outgoing: Outgoing): Promise<SendOutcome> {
    const { url, headers } = outgoing;
    const id = headers["webhook-id"] ?? "";
    arrivals.push({ at: clock.now(), url, id, outgoing });
    const n = arrivals.filter((arrival) => arrival.url === url).length;
    const {
      afterMs = 5,
      status = 200,
      text = "ok",
      retryAfter,
      hangs,
    } = receivers.get(url)?.(outgoing, n) ?? {};
    mostOpen = Math.max(mostOpen, ++open);
    const durationMs = hangs ? attemptMs : afterMs;
    await sleep(clock, durationMs);
    open -= 1;
    if (hangs) return { failure: "timeout", message: "There was no whole answer within 15 s.", durationMs };
    return { status, text, isCut: false, durationMs, ...(retryAfter && { retryAfter }) };
  }

  const embedded = await openEmbeddedPlatform({
    ...(dataDir && { dataDir }),
    environment: {},
    clock,
    random: () => 0.5,
    baseUrl: () => "http://127.0.0.1:8080",
    deliverWake: (wake) => runner.handleWake(wake),
    log,
  });
  const { documents, counts } = countDocuments(embedded.platform.documents);
  const platform = { ...embedded.platform, documents };
  const seal = createSecretSeal(platform);
  const book = createEndpointBook(platform);
  const safeFetch = { checkUrl: async () => undefined };
  const closing = new AbortController();
  const deps = { ...platform, seal, book, safeFetch, send, log, closing: closing.signal };
  const runner = createLineRunner(deps, capacity);
  embedded.subscribe((event) => {
    events.push(event);
    return fanOut(deps, event);
  });

  const need = async <T>(path: string): Promise<T> => {
    const found = await embedded.platform.documents.get<T>(path);
    if (!found) throw new Error(`there is no ${path}`);
    return found.data;
  };

  return {
    ...{ deps, runner, clock, counts, events, lines, arrivals, receivers, embedded },
    mostOpen: () => mostOpen,
    /** An endpoint with a receiver that does what a test says. */
    async add(url: string, receiver: Receiver = () => ({}), fields: object = {}) {
      receivers.set(url, receiver);
      return createEndpoint(deps, root, CreateWebhookEndpoint.parse({ url, ...fields }));
    },
    async publish(event = aTaskEvent(clock.now())): Promise<Event> {
      await embedded.platform.events.publish(event);
      return event;
    },
    /** All deliveries to an endpoint, oldest first. */
    async deliveries(endpointId: string): Promise<DeliveryDocument[]> {
      const found = await embedded.platform.documents.query<DeliveryDocument>({
        collection: "webhookDeliveries",
        where: [["endpointId", "==", endpointId]],
        orderBy: [["createdAt", "asc"]],
      });
      return found.map(({ data }) => data);
    },
    delivery: (id: string) => need<DeliveryDocument>(deliveryPath(id)),
    endpoint: (id: string) => need<EndpointDocument>(endpointPath(id)),
    line: (id: string) => need<LineDocument>(linePath(id)),
    at: (url: string) => arrivals.filter((arrival) => arrival.url === url),
    close: embedded.close,
  };
}
