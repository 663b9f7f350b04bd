import { z } from "zod";
import { createDocument } from "zod-openapi";
import { type Operation, operations } from "./operations.ts";
import { Problem } from "./problem.ts";

type Document = ReturnType<typeof createDocument>;

/** The OpenAPI 3.1 document of all operations, made from the same schemas that parse the requests. */
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
    components: {
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
