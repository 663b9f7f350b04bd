import { Hono } from "hono";
import type { z } from "zod";
import type { Authenticate } from "../access/authenticate.ts";
import { type Principal, requireAdmin, requireWriter } from "../access/principal.ts";
import { type Operation, type OperationId, type Operations, operations } from "../api/operations.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Log } from "../core/log.ts";
import { randomIds } from "../core/random.ts";
import { currentRequestId, currentSpan } from "../core/trace.ts";
import { parseWith, readJson, readOptionalJson } from "./read-body.ts";
import { toProblem } from "./to-problem.ts";

type Parsed<O, K extends "body" | "query"> = O extends { [Key in K]: z.ZodType<infer T> } ? T : undefined;

/** A call of one operation, authenticated and parsed. */
export type Call<O = Operation> = {
  request: Request;
  params: Record<string, string>;
  query: Parsed<O, "query">;
  body: Parsed<O, "body">;
  /** Whoever calls a public operation is nobody in particular. */
  principal: O extends { access: "public" } ? undefined : Principal;
};

export type Handlers = { [Id in OperationId]: (call: Call<Operations[Id]>) => Promise<Response> | Response };

/** A web-standard handler: what the adapters serve. Never rejects. */
export type Handler = (request: Request) => Promise<Response>;

/** Routes each operation to its handler; everything else becomes a problem. */
export function createApp(
  handlers: Handlers,
  { authenticate, log }: { authenticate: Authenticate; log: Log },
): Handler {
  const app = new Hono();
  for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
    const handle = handlers[id] as (call: Call) => Promise<Response>;
    app.on(operation.method, toPattern(operation.path), async ({ req }) => {
      currentSpan().rename(`${operation.method} ${operation.path}`);
      currentSpan().set({ "http.route": operation.path });
      const principal = await admit(authenticate, operation, req.raw);
      const body = await readBody(operation, req.raw);
      const query = operation.query && parseWith(operation.query, req.query(), "The query");
      return handle({ request: req.raw, params: req.param(), query, body, principal } as Call);
    });
  }
  for (const [path, methods] of methodsByPath()) {
    app.all(toPattern(path), () => {
      throw new ConeaError("method_not_allowed", `This path takes ${methods}.`, {
        headers: { Allow: methods },
      });
    });
  }
  app.notFound(() => {
    throw new ConeaError(
      "not_found",
      "There is nothing at this path; GET /openapi.json lists what there is.",
    );
  });
  app.onError((error) => {
    throw error;
  });
  return async (request) => {
    const requestId = currentRequestId() ?? randomIds.newId("req");
    const response = await answer(app, request, { requestId, log });
    response.headers.set("X-Request-Id", requestId);
    response.headers.set("X-Content-Type-Options", "nosniff");
    if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "no-store");
    return response;
  };
}

async function answer(
  app: Hono,
  request: Request,
  context: { requestId: string; log: Log },
): Promise<Response> {
  try {
    return await app.fetch(request);
  } catch (error) {
    return toProblem(error, context);
  }
}

async function admit(authenticate: Authenticate, { access }: Operation, request: Request) {
  if (access === "public") return undefined;
  const principal = await authenticate(request.headers);
  if (access === "write") requireWriter(principal);
  if (access === "admin") requireAdmin(principal);
  return principal;
}

async function readBody({ body, bodyOptional }: Operation, request: Request): Promise<unknown> {
  if (!body) return undefined;
  return bodyOptional ? readOptionalJson(request, body) : readJson(request, body);
}

/** `/v1/tasks/{taskId}` as the router writes it: `/v1/tasks/:taskId`. */
function toPattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function methodsByPath(): Map<string, string> {
  const methods = new Map<string, string>();
  for (const { path, method } of Object.values(operations)) {
    methods.set(path, [methods.get(path), method].filter(Boolean).join(", "));
  }
  return methods;
}
