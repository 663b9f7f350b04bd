import { z } from "zod";
import { eventTypes } from "./events.ts";

const time = z.iso.datetime();
const count = z.int().nonnegative();
const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() });

/** What comes before the point of a type: `task`, `batch`. */
const families = new Set(eventTypes.map((type) => type.split(".")[0]));
const isFilter = (text: string) =>
  text === "*" ||
  (eventTypes as readonly string[]).includes(text) ||
  (text.endsWith(".*") && families.has(text.slice(0, -2)));

export const EventFilter = z
  .string()
  .max(100)
  .refine(isFilter, "must be a type of event such as task.succeeded, a family such as task.*, or *")
  .meta({ id: "EventFilter", description: "A type of event, a family of them (`task.*`), or all (`*`)." });

const fields = {
  url: z.string().min(1).max(2_048),
  types: z.array(EventFilter).min(1).max(50),
  description: z.string().max(500),
  /** Sent with each delivery. Their values are kept encrypted and never shown. */
  headers: z.record(z.string(), z.string()),
  ratePerSecond: z.number().min(0.1).max(100),
  concurrency: z.int().min(1).max(50),
};

export const SignatureKind = z.enum(["hmac", "ed25519"]).meta({
  id: "SignatureKind",
  description: "`hmac`: a secret that both sides know (v1). `ed25519`: you know the public key (v1a).",
});
export type SignatureKind = z.infer<typeof SignatureKind>;

export const CreateWebhookEndpoint = z
  .strictObject({
    url: fields.url,
    types: fields.types.default(["*"]),
    description: fields.description.optional(),
    headers: fields.headers.default({}),
    ratePerSecond: fields.ratePerSecond.default(10),
    concurrency: fields.concurrency.default(10),
    signature: SignatureKind.default("hmac"),
  })
  .meta({ id: "CreateWebhookEndpoint" });
export type CreateWebhookEndpoint = z.infer<typeof CreateWebhookEndpoint>;

export const ChangeWebhookEndpoint = z.strictObject(fields).partial().meta({
  id: "ChangeWebhookEndpoint",
  description: "What is left out stays as it is. `headers` replaces all of them.",
});
export type ChangeWebhookEndpoint = z.infer<typeof ChangeWebhookEndpoint>;

export const EndpointState = z.enum(["enabled", "paused", "disabled"]);
export type EndpointState = z.infer<typeof EndpointState>;

/** A secret without the secret itself. */
const EndpointSecret = z.object({
  id: z.string(),
  createdAt: time,
  /** Signs until then; of the current one absent. */
  validUntil: time.optional(),
  /** Of Ed25519: what a receiver verifies with. */
  publicKey: z.string().optional(),
});

export const WebhookEndpoint = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(z.string()),
    description: z.string().optional(),
    headerNames: z.array(z.string()),
    ratePerSecond: z.number(),
    concurrency: z.int(),
    signature: SignatureKind,
    state: EndpointState,
    /** Why it is not enabled. */
    reason: z.string().optional(),
    secrets: z.array(EndpointSecret),
    /** Nothing has been delivered since then, and something was tried. */
    failingSince: time.optional(),
    /** When it will be disabled if nothing is delivered until then. */
    disablesAt: time.optional(),
    createdAt: time,
    createdBy: z.string(),
    updatedAt: time,
  })
  .meta({
    id: "WebhookEndpoint",
    description:
      "A URL that is sent events. `paused` and `disabled`: events are kept as held deliveries, which a replay sends.",
  });
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

export const CreatedWebhookEndpoint = WebhookEndpoint.extend({ secret: z.string() }).meta({
  id: "CreatedWebhookEndpoint",
  description: "`secret` is shown here and never again. With `ed25519` it is the public key.",
});
export type CreatedWebhookEndpoint = z.infer<typeof CreatedWebhookEndpoint>;

export const WebhookEndpointPage = z.object({ items: z.array(WebhookEndpoint) }).meta({
  id: "WebhookEndpointPage",
});

export const RotateSecret = z.strictObject({ overlapHours: z.number().min(0).max(168).default(24) }).meta({
  id: "RotateSecret",
  description: "For so long the old secret signs beside the new one; 0 revokes it at once.",
});
export type RotateSecret = z.infer<typeof RotateSecret>;

export const DeliveryState = z.enum(["pending", "succeeded", "failed", "held"]);
export type DeliveryState = z.infer<typeof DeliveryState>;

export const DeliveryAttempt = z
  .object({
    n: z.int().positive(),
    at: time,
    durationMs: count,
    status: z.int().optional(),
    /** Why there was no answer: `timeout`, `unreachable`, `denied` and their kind. */
    failure: z.string().optional(),
    message: z.string().optional(),
    /** The first 4 KB of the answer's body. */
    answer: z.string().optional(),
    isCut: z.literal(true).optional(),
  })
  .meta({ id: "DeliveryAttempt" });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

const delivery = {
  id: z.string(),
  endpointId: z.string(),
  eventId: z.string(),
  /** The `webhook-id` of each attempt. */
  messageId: z.string(),
  type: z.string(),
  state: DeliveryState,
  /** How often it was tried, replays included. */
  attemptCount: count,
  nextAttemptAt: time.optional(),
  createdAt: time,
  endedAt: time.optional(),
};

export const DeliverySummary = z.object(delivery).meta({ id: "WebhookDeliverySummary" });
export type DeliverySummary = z.infer<typeof DeliverySummary>;

export const WebhookDelivery = z
  .object({ ...delivery, body: z.string(), attempts: z.array(DeliveryAttempt) })
  .meta({
    id: "WebhookDelivery",
    description: "One event on its way to one endpoint, with what is sent and its last 20 attempts.",
  });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const DeliveryPage = pageOf(DeliverySummary).meta({ id: "WebhookDeliveryPage" });

export const ListDeliveries = z
  .strictObject({
    state: DeliveryState.optional(),
    type: z.enum(eventTypes as [string, ...string[]]).optional(),
    /** Made at this time or later, and before. */
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional(),
  })
  .refine(({ from, to }) => !from || !to || Date.parse(from) < Date.parse(to), {
    path: ["to"],
    error: "must be later than from",
  });
export type ListDeliveries = z.infer<typeof ListDeliveries>;

export const ReplayDeliveries = z
  .strictObject({ since: z.iso.datetime({ offset: true }), onlyFailed: z.boolean().default(true) })
  .meta({
    id: "ReplayDeliveries",
    description:
      "Sends again what was made since then: what failed or was held, or with `onlyFailed: false` everything that is not on its way.",
  });
export type ReplayDeliveries = z.infer<typeof ReplayDeliveries>;

export const WebhookReplay = z
  .object({
    id: z.string(),
    endpointId: z.string(),
    since: time,
    onlyFailed: z.boolean(),
    state: z.enum(["running", "completed"]),
    /** How many match, and how many of these were looked at and put back on their way so far. */
    total: count,
    scanned: count,
    replayed: count,
    createdAt: time,
    endedAt: time.optional(),
  })
  .meta({ id: "WebhookReplay", description: "How far a replay has come." });
export type WebhookReplay = z.infer<typeof WebhookReplay>;
