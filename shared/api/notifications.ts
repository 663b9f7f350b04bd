import { z } from "zod";
import { Severity } from "./events.ts";
import { DeliveryAttempt, DeliveryState, EndpointState, EventFilter } from "./webhooks.ts";

const time = z.iso.datetime();
const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}*$/u, "must hold no line breaks or other control characters");
const url = z.string().min(1).max(2_048);
const secret = z.string().min(1).max(500);
const address = z.email().max(254);

export const ChannelKind = z.enum(["webhook", "slack", "email", "pagerduty", "google_chat"]).meta({
  id: "ChannelKind",
});
export type ChannelKind = z.infer<typeof ChannelKind>;

/** Signed like the deliveries of a webhook endpoint. */
const WebhookChannel = z.strictObject({ url });
/** An incoming webhook, or a bot that posts to a channel by `chat.postMessage`. */
const SlackChannel = z.union([
  z.strictObject({ webhookUrl: url }),
  z.strictObject({
    token: secret,
    channel: z.string().min(1).max(100),
    /** Of a server that speaks the same protocol. */
    apiUrl: url.default("https://slack.com/api/chat.postMessage"),
  }),
]);
const EmailChannel = z.strictObject({
  host: z.string().min(1).max(253),
  /** 465: TLS from the start. 587 and 2525: by STARTTLS, without which nothing is sent. */
  port: z.int().min(1).max(65_535).default(587),
  user: secret.optional(),
  password: secret.optional(),
  from: address,
  to: z.array(address).min(1).max(20),
});
const PagerDutyChannel = z.strictObject({
  routingKey: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, "must be the 32 characters of an Events API v2 integration"),
  region: z.enum(["us", "eu"]).default("us"),
  /** Of a server that speaks the same protocol. */
  apiUrl: url.optional(),
});
const GoogleChatChannel = z.strictObject({ webhookUrl: url });

export const SetNotificationChannel = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("webhook"), name, config: WebhookChannel }),
    z.strictObject({ kind: z.literal("slack"), name, config: SlackChannel }),
    z.strictObject({ kind: z.literal("email"), name, config: EmailChannel }),
    z.strictObject({ kind: z.literal("pagerduty"), name, config: PagerDutyChannel }),
    z.strictObject({ kind: z.literal("google_chat"), name, config: GoogleChatChannel }),
  ])
  .meta({
    id: "SetNotificationChannel",
    description: "URLs, tokens, keys and passwords are kept encrypted and never shown.",
  });
export type SetNotificationChannel = z.infer<typeof SetNotificationChannel>;

export const NotificationChannel = z
  .object({
    id: z.string(),
    kind: ChannelKind,
    name: z.string(),
    /** What of the configuration is no secret. */
    config: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
    state: EndpointState,
    /** Why it is not enabled. */
    reason: z.string().optional(),
    /** Nothing has been delivered since then, and something was tried. */
    failingSince: time.optional(),
    disablesAt: time.optional(),
    createdAt: time,
    createdBy: z.string(),
    updatedAt: time,
  })
  .meta({ id: "NotificationChannel", description: "Where notifications go, without its secrets." });
export type NotificationChannel = z.infer<typeof NotificationChannel>;

export const CreatedNotificationChannel = NotificationChannel.extend({
  /** Of a webhook: what its messages are signed with. */
  secret: z.string().optional(),
}).meta({ id: "CreatedNotificationChannel", description: "`secret` is shown here and never again." });
export type CreatedNotificationChannel = z.infer<typeof CreatedNotificationChannel>;

export const NotificationChannelPage = z.object({ items: z.array(NotificationChannel) }).meta({
  id: "NotificationChannelPage",
});

export const ChannelTest = z
  .object({
    deliveryId: z.string(),
    /** `pending`: it was not made within twenty seconds, and still will be. */
    state: DeliveryState,
    attempts: z.array(DeliveryAttempt),
  })
  .meta({ id: "ChannelTest", description: "What became of a test message, which is tried once." });
export type ChannelTest = z.infer<typeof ChannelTest>;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 08:00");
const isTimeZone = (text: string) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
};

export const Weekday = z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
export type Weekday = z.infer<typeof Weekday>;

export const NotificationSchedule = z
  .strictObject({
    days: z.array(Weekday).min(1).max(7),
    from: clockTime,
    /** Not included. Before `from`: on the day after. The same as `from`: the whole day. */
    to: clockTime,
    timeZone: z.string().max(100).refine(isTimeZone, "must be a time zone such as Europe/Berlin"),
    outside: z.enum(["drop", "hold"]).default("hold"),
  })
  .meta({
    id: "NotificationSchedule",
    description: "When messages are sent. What comes outside of it is dropped, or held until it opens.",
  });
export type NotificationSchedule = z.infer<typeof NotificationSchedule>;

const channelIds = z.array(z.string().max(100)).min(1).max(10);

export const EscalationStep = z.strictObject({
  afterMinutes: z.int().min(1).max(10_080),
  channels: channelIds,
});
export type EscalationStep = z.infer<typeof EscalationStep>;

export const SetNotificationSubscription = z
  .strictObject({
    name,
    types: z.array(EventFilter).min(1).max(50),
    /** Alerts of this severity and above (P0 is the highest). */
    leastSeverity: Severity.default("P4"),
    schedule: NotificationSchedule.optional(),
    channels: channelIds,
    /** All that comes within such a window becomes one message. 0: each is its own. */
    groupBySeconds: z.int().min(0).max(86_400).default(0),
    /** After a message about an alert's rule and subject, or an event's type and subject, none about the same for so long. */
    coolDownSeconds: z.int().min(0).max(604_800).default(0),
    /** Whom an alert is told to when it was neither acknowledged nor resolved so long after it was told first. */
    escalation: z.array(EscalationStep).max(10).default([]),
    enabled: z.boolean().default(true),
  })
  .refine(
    ({ escalation }) =>
      escalation.every((step, n) => step.afterMinutes > (escalation[n - 1]?.afterMinutes ?? 0)),
    { path: ["escalation"], message: "must go from step to step to a later minute" },
  )
  .meta({ id: "SetNotificationSubscription", description: "Who is told of what, and when." });
export type SetNotificationSubscription = z.infer<typeof SetNotificationSubscription>;

export const NotificationSubscription = z
  .object({
    ...SetNotificationSubscription.shape,
    id: z.string(),
    createdAt: time,
    createdBy: z.string(),
    updatedAt: time,
  })
  .meta({ id: "NotificationSubscription" });
export type NotificationSubscription = z.infer<typeof NotificationSubscription>;

export const NotificationSubscriptionPage = z.object({ items: z.array(NotificationSubscription) }).meta({
  id: "NotificationSubscriptionPage",
});

export const ListChannelDeliveries = z.strictObject({
  state: DeliveryState.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
});
export type ListChannelDeliveries = z.infer<typeof ListChannelDeliveries>;
