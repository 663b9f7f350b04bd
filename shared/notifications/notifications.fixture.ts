import type { Principal } from "../access/principal.ts";
import type { AlertEvent, Event } from "../api/events.ts";
import {
  type ChannelKind,
  SetNotificationChannel,
  SetNotificationSubscription,
} from "../api/notifications.ts";
import { sleep, toTime } from "../core/clock.ts";
import { idFrom } from "../core/ids.ts";
import { createLog, type LogLine } from "../core/log.ts";
import type { Documents } from "../platform/documents.ts";
import { openEmbeddedPlatform } from "../platform/embedded/open-embedded-platform.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import type { Wake } from "../platform/wakes.ts";
import { createLineRunner } from "../webhooks/create-line-runner.ts";
import type { DeliveryDocument } from "../webhooks/delivery-document.ts";
import { createSecretSeal } from "../webhooks/seal-secrets.ts";
import type { Outgoing, SendOutcome } from "../webhooks/send.ts";
import { carryOutDueOf, isSubscription } from "./carry-out-due.ts";
import { createChannel } from "./create-channel.ts";
import { createSubscriptionBook } from "./create-subscription-book.ts";
import { notify } from "./notify.ts";
import { openEndpointOrChannel } from "./open-channel.ts";
import { createSubscription } from "./write-subscriptions.ts";

export const root: Principal = { tenant: "main", user: "root", role: "admin" };
export const stranger: Principal = { tenant: "evil", user: "eve", role: "admin" };
export const startMs = Date.parse("2026-01-05T12:00:00.000Z");
export const minuteMs = 60_000;

/** Secrets that may appear nowhere but where they are sent to. */
export const secrets = {
  slackPath: "/services/T000/B000/slackpathsecret",
  botToken: "xoxb-bot-token-secret",
  routingKey: "r0ut1ngk3ysecretsecretsecret1234",
  password: "mail-password-secret",
  chatToken: "chat-token-secret",
};

export const configs = {
  webhook: { url: "https://example.com/hooks" },
  slack: { webhookUrl: `https://hooks.slack.com${secrets.slackPath}` },
  email: {
    host: "mail.example.com",
    user: "conea",
    password: secrets.password,
    from: "conea@example.com",
    to: ["ops@example.com"],
  },
  pagerduty: { routingKey: secrets.routingKey },
  google_chat: {
    webhookUrl: `https://chat.googleapis.com/v1/spaces/S/messages?key=k&token=${secrets.chatToken}`,
  },
} satisfies Record<ChannelKind, object>;

/** Something that was sent: when, over which kind of channel, what, and by whose body. */
export type Sent = { at: number; kind: ChannelKind; outgoing: Outgoing; body: Record<string, unknown> };
export type Answer = (sent: Sent, n: number) => Partial<Extract<SendOutcome, { status: number }>>;

const hosts: [pattern: RegExp, kind: ChannelKind][] = [
  [/^smtp:/, "email"],
  [/slack\.com/, "slack"],
  [/pagerduty/, "pagerduty"],
  [/chat\.googleapis/, "google_chat"],
  [/./, "webhook"],
];

let names = 0;

export function anAlertEvent(
  at: number,
  type: "fired" | "acknowledged" | "resolved",
  changes: Partial<AlertEvent["alert"]> & { sequence?: number; tenant?: string } = {},
): AlertEvent {
  const { sequence = { fired: 1, acknowledged: 2, resolved: 3 }[type], tenant = "main", ...alert } = changes;
  const id = alert.id ?? idFrom("alert", alert.rule ?? "queue-length");
  return {
    ...{ id: `${id}.${sequence}`, type: `alert.${type}`, sequence, time: toTime(at), tenant },
    alert: {
      ...{ id, rule: "queue-length", severity: "P1", subject: "openai", title: "A queue is long" },
      ...{ value: 120, threshold: 100, firedAt: toTime(startMs), ...alert },
    },
  };
}

export function aBatchEvent(at: number, type: "batch.failed" | "batch.completed" = "batch.failed"): Event {
  const id = idFrom("batch", String(names++));
  return {
    ...{ id: `${id}.3`, type, sequence: 3, time: toTime(at), tenant: "main" },
    batch: { id, createdBy: "ann", endpoint: "/v1/chat/completions", total: 3, completed: 1, failed: 2 },
  };
}

export type TestOptions = {
  /** Stands between notifications and the store. */
  wrap?: (documents: Documents) => Documents;
  /** Wakes that get lost. */
  loses?: (wake: Wake) => boolean;
};

/** Notifications on the embedded platform with a virtual clock; what is sent goes nowhere, and is answered as a test says. */
export async function openTestNotifications({ wrap = (given) => given, loses }: TestOptions = {}) {
  const clock = createVirtualClock(startMs);
  const lines: LogLine[] = [];
  const sent: Sent[] = [];
  const answers: { answer: Answer } = { answer: () => ({}) };
  const log = createLog((line) => lines.push(line), "DEBUG");

  async function send(outgoing: Outgoing): Promise<SendOutcome> {
    const kind = hosts.find(([pattern]) => pattern.test(outgoing.url))?.[1] ?? "webhook";
    const body = JSON.parse(outgoing.body) as Record<string, unknown>;
    const one = { at: clock.now(), kind, outgoing, body };
    sent.push(one);
    const n = sent.filter((other) => other.kind === kind).length;
    await sleep(clock, 5);
    return { status: 200, text: "ok", isCut: false, durationMs: 5, ...answers.answer(one, n) };
  }

  const embedded = await openEmbeddedPlatform({
    environment: {},
    clock,
    random: () => 0.5,
    baseUrl: () => "http://127.0.0.1:8080",
    deliverWake: async (wake) => {
      if (loses?.(wake)) return;
      const { endpoint = "" } = wake;
      await (isSubscription(endpoint) ? carryOutDueOf(deps, endpoint) : runner.handleWake(wake));
    },
    log,
  });
  const platform = { ...embedded.platform, documents: wrap(embedded.platform.documents) };
  const seal = createSecretSeal(platform);
  const safeFetch = { checkUrl: async () => undefined };
  const mail = { check: async () => undefined };
  const subscriptions = createSubscriptionBook(platform);
  const closing = new AbortController();
  const deps = { ...platform, seal, safeFetch, mail, subscriptions, send, log, closing: closing.signal };
  const runner = createLineRunner({
    ...{ ...embedded.platform, seal, send, log, closing: closing.signal },
    open: (endpoint) => openEndpointOrChannel(seal, endpoint),
  });
  embedded.subscribe((event) => notify(deps, event));

  const all = async <T>(collection: string): Promise<T[]> =>
    (await embedded.platform.documents.query<T>({ collection })).map(({ data }) => data);

  return {
    ...{ deps, clock, lines, sent, answers, embedded, runner },
    async channel(kind: ChannelKind, config: object = configs[kind]): Promise<string> {
      const request = SetNotificationChannel.parse({ kind, name: `the ${kind}`, config });
      return (await createChannel(deps, root, request)).id;
    },
    async subscribe(fields: object): Promise<string> {
      const given = { name: "on call", types: ["alert.*"], ...fields };
      return (await createSubscription(deps, root, SetNotificationSubscription.parse(given))).id;
    },
    /** An event as it comes: what it says is handed to every subscriber, and lines get a moment to send. */
    async publish(event: Event): Promise<void> {
      await embedded.platform.events.publish(event);
      await clock.advance(50);
    },
    deliveries: () => all<DeliveryDocument>("webhookDeliveries"),
    all,
    /** When things were sent over a kind of channel, in minutes since the start. */
    minutesOf: (kind: ChannelKind) =>
      sent.filter((one) => one.kind === kind).map(({ at }) => Math.round((at - startMs) / 600) / 100),
    bodiesOf: (kind: ChannelKind) => sent.filter((one) => one.kind === kind).map(({ body }) => body),
    close: embedded.close,
  };
}

export type NotificationsTest = Awaited<ReturnType<typeof openTestNotifications>>;

/** The same with a subscription that one channel of Slack is told of. */
export async function openWithSlack(fields: object = {}, options: TestOptions = {}) {
  const test = await openTestNotifications(options);
  const slack = await test.channel("slack");
  const id = await test.subscribe({ channels: [slack], ...fields });
  return { ...test, slack, id };
}

export const textsOf = (test: Pick<NotificationsTest, "bodiesOf">) =>
  test.bodiesOf("slack").map(({ text }) => String(text));
export const actionsOf = (test: Pick<NotificationsTest, "bodiesOf">) =>
  test.bodiesOf("pagerduty").map(({ event_action }) => event_action);
