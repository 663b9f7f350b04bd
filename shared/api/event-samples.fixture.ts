import type { Event, EventType } from "./events.ts";
import { eventTypes } from "./events.ts";

const time = "2026-01-01T00:00:00.000Z";
const taskId = `task_${"a".repeat(26)}`;

/** What an event of each group tells of, with every field that is optional. */
const bodies = {
  task: {
    id: taskId,
    type: "chat",
    status: "succeeded",
    queue: "openai",
    model: "gpt-5.5",
    createdBy: "ann",
    keyId: "key_1",
    relatedEntity: "invoice/17",
    metadata: { team: "blue" },
    createdAt: time,
    startedAt: time,
    attempts: [
      {
        ...{ n: 1, provider: "openai", model: "gpt-5.5", outcome: "failed", startedAt: time, endedAt: time },
        errorCode: "provider_overloaded",
        simulated: true,
      },
    ],
    completedAt: time,
    error: { code: "provider_overloaded", message: "The provider is overloaded.", retryable: true },
    usage: { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 },
    cost: { micros: 12, known: true },
    cache: "miss",
    simulated: true,
  },
  batch: { id: "batch_1", createdBy: "ann", endpoint: "/v1/embeddings", total: 9, completed: 8, failed: 1 },
  allowance: {
    ...{
      id: "allowance_1",
      scope: "user",
      scopeId: "ann",
      measure: "cost",
      periodStart: time,
      periodEnd: time,
    },
    ...{ limit: 100, used: 80, percent: 80 },
  },
  breaker: { queue: "openai", openUntil: time },
  endpoint: {
    ...{ id: "endpoint_1", url: "https://example.com/hooks", reason: "no success for five days" },
    ...{ failingSince: time, disablesAt: time, percent: 75 },
  },
  alert: {
    ...{ id: "alert_1", rule: "dead letters", severity: "P2", subject: "openai", title: "Tasks are dying" },
    ...{ value: 12, threshold: 10, firedAt: time, acknowledgedBy: "ann", resolvedAt: time },
  },
  hook: {
    ...{ id: "hook_1", source: "shop", scheme: "shopify", deliveryId: "d-1", topic: "orders/create" },
    bytes: 512,
  },
};

/** An event of a type, with every field that may be there. */
export function aSampleOf(type: EventType): Event {
  const [group = ""] = type.split(".");
  const body = bodies[group as keyof typeof bodies];
  const traceparent = `00-${"1".repeat(32)}-${"2".repeat(16)}-01`;
  const common = { id: `${group}_1.7`, sequence: 7, time, tenant: "acme", traceparent };
  return { ...common, type, [group]: body } as unknown as Event;
}

export const eventSamples: readonly Event[] = eventTypes.map(aSampleOf);
