import type { ChannelKind, NotificationChannel, SetNotificationChannel } from "../api/notifications.ts";

/** A kind with what a channel of it needs, secrets included. */
export type ChannelConfig = SetNotificationChannel extends infer S
  ? S extends { kind: infer K; config: infer C }
    ? { kind: K; config: C }
    : never
  : never;

const pagerDutyUrls = {
  us: "https://events.pagerduty.com/v2/enqueue",
  eu: "https://events.eu.pagerduty.com/v2/enqueue",
};

/** How often a channel is called and how many calls are under way: what the vendors allow, in order where order matters. */
const paces: Record<ChannelKind, { ratePerSecond: number; concurrency: number }> = {
  webhook: { ratePerSecond: 10, concurrency: 10 },
  slack: { ratePerSecond: 1, concurrency: 1 },
  email: { ratePerSecond: 1, concurrency: 1 },
  // One at a time: a resolution must not overtake what it resolves.
  pagerduty: { ratePerSecond: 2, concurrency: 1 },
  google_chat: { ratePerSecond: 1, concurrency: 1 },
};

export function paceOf(kind: ChannelKind) {
  return paces[kind];
}

/** Where a channel's messages are posted to; an e-mail is not. */
export function postUrlOf({ kind, config }: Exclude<ChannelConfig, { kind: "email" }>): string {
  if (kind === "webhook") return config.url;
  if (kind === "pagerduty") return config.apiUrl ?? pagerDutyUrls[config.region];
  return "webhookUrl" in config ? config.webhookUrl : config.apiUrl;
}

/** The address without what may be a secret in it. */
export function addressOf(channel: ChannelConfig): string {
  if (channel.kind === "email") return `smtp://${channel.config.host}:${channel.config.port}`;
  const url = postUrlOf(channel);
  return channel.kind === "webhook" ? url : (URL.parse(url)?.origin ?? "");
}

/** What administrators are shown of it. */
export function toShown(channel: ChannelConfig): NotificationChannel["config"] {
  const { kind, config } = channel;
  if (kind === "webhook") return { url: config.url };
  if (kind === "email") {
    const { host, port, from, to } = config;
    return { host, port, from, to };
  }
  const server = addressOf(channel);
  if (kind === "pagerduty") return { region: config.region, server };
  return { server, ...("channel" in config && { channel: config.channel }) };
}

/** What is shorter is found in every text. */
const shortestSecret = 4;

/** Every secret of it: none of them may appear in what is kept of an answer. */
export function secretsOf({ kind, config }: ChannelConfig): string[] {
  if (kind === "webhook") return [];
  if (kind === "pagerduty") return [config.routingKey];
  if (kind === "email") return [config.password, config.user].flatMap((secret) => secret ?? []);
  if ("token" in config) return [config.token];
  const url = URL.parse(config.webhookUrl);
  const values = [...(url?.searchParams.values() ?? [])];
  return [config.webhookUrl, url?.pathname ?? "", ...values].filter((part) => part.length >= shortestSecret);
}
