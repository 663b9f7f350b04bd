import { z } from "zod";
import { createDocument } from "zod-openapi";
import { eventSummaries } from "./event-summaries.ts";
import { Event, type EventType, schemaOfEvent } from "./events.ts";
import { type Operation, operations } from "./operations.ts";
import { Problem } from "./problem.ts";

type Document = ReturnType<typeof createDocument>;

/**
 * The OpenAPI 3.1 document of all operations and of all events, made from the same schemas that parse the requests and that
 * the events are read with.
 */
export function toOpenApi(): Document {
  const paths: Record<string, Record<string, object>> = {};
  for (const [operationId, operation] of Object.entries(operations) as [string, Operation][]) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: toPathItem(operationId, operation),
    };
  }
  return createDocument({
    openapi: "3.1.0",
    info: { title: "Conea", version: "1", description: "AI tasks on Google Cloud, without servers." },
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    webhooks: toWebhooks(),
    components: {
      schemas: { Event },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      },
    },
  });
}

function toPathItem(operationId: string, operation: Operation): object {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const headers = Object.entries(operation.headers ?? {});
  return {
    operationId,
    summary: operation.summary,
    ...(operation.access === "public" && { security: [] }),
    requestParams: {
      ...(names.length > 0 && {
        path: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      }),
      ...(operation.query && { query: operation.query }),
      ...(headers.length > 0 && {
        header: z.object(
          Object.fromEntries(
            headers.map(([name, description]) => [name, z.string().optional().meta({ description })]),
          ),
        ),
      }),
    },
    ...toRequestBody(operation),
    responses: {
      ...toResponses(operation),
      default: toResponse("A problem.", Problem, "application/problem+json"),
    },
  };
}

/** What an endpoint is sent, by the event's type. The signature is Standard Webhooks'. */
function toWebhooks(): Record<string, Record<string, object>> {
  const types = Object.entries(eventSummaries) as [EventType, string][];
  return Object.fromEntries(types.map(([type, summary]) => [type, { post: toWebhook(type, summary) }]));
}

function toWebhook(type: EventType, summary: string): object {
  return {
    operationId: type,
    summary,
    security: [],
    requestParams: { header: z.object(webhookHeaders) },
    requestBody: { required: true, content: { "application/json": { schema: schemaOfEvent(type) } } },
    responses: { "2XX": { description: "Taken. Any other answer asks for the same event again, later." } },
  };
}

const webhookHeaders = {
  "webhook-id": z.string().meta({ description: "The same whenever this event is sent to this endpoint." }),
  "webhook-timestamp": z.string().meta({ description: "When it was sent, in seconds since the epoch." }),
  "webhook-signature": z.string().meta({
    description: "Over `{webhook-id}.{webhook-timestamp}.{body}`: https://www.standardwebhooks.com",
  }),
};

function toRequestBody({ body, bodyOptional, upload }: Operation): object {
  if (upload) return { requestBody: { required: true, content: { "*/*": { schema: z.string() } } } };
  const content = { "application/json": { schema: body } };
  return body ? { requestBody: { required: !bodyOptional, content } } : {};
}

function toResponses({ answers }: Operation): object {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, contentType }]) => [
      status,
      toResponse(description, schema, contentType),
    ]),
  );
}

function toResponse(
  description: string,
  schema: z.ZodType | undefined,
  contentType = "application/json",
): object {
  return { description, ...(schema && { content: { [contentType]: { schema } } }) };
}
