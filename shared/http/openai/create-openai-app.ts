import { Hono } from "hono";
import type { z } from "zod";
import type { Authenticate } from "../../access/authenticate.ts";
import { type Principal, requireWriter } from "../../access/principal.ts";
import type { OpenAiOperation } from "../../api/openai/operation.ts";
import { ConeaError } from "../../core/conea-error.ts";
import type { Log } from "../../core/log.ts";
import { randomIds } from "../../core/random.ts";
import { currentRequestId, currentSpan } from "../../core/trace.ts";
import type { Handler } from "../create-app.ts";
import { pathOf } from "../path-of.ts";
import { parseWith, readJson } from "../read-body.ts";
import { isWhole } from "../whole-answer.ts";
import { withCommonHeaders } from "./common-headers.ts";
import { readForm } from "./read-form.ts";
import { toOpenAiError } from "./to-openai-error.ts";

type Parsed<O, K extends "body" | "query" | "form"> = O extends { [Key in K]: z.ZodType<infer T> }
  ? T
  : undefined;

/** A call of one operation, authenticated and parsed. */
export type OpenAiCall<O = OpenAiOperation> = {
  request: Request;
  requestId: string;
  params: Record<string, string>;
  query: Parsed<O, "query">;
  body: Parsed<O, "body">;
  form: Parsed<O, "form">;
  principal: Principal;
};

/** An operation and what carries it out. */
export type Endpoint = {
  operation: OpenAiOperation;
  handle: (call: OpenAiCall) => Promise<Response> | Response;
};

/** Binds a handler to its operation, whose schemas give the handler's types. */
export function toEndpoint<O extends OpenAiOperation>(
  operation: O,
  handle: (call: OpenAiCall<O>) => Promise<Response> | Response,
): Endpoint {
  return { operation, handle: handle as Endpoint["handle"] };
}

/** How an error becomes the interface's own answer. What it is given is anything that was thrown. */
export type ToError = (thrown: unknown, context: { requestId: string; log: Log }) => Response;

export type OpenAiAppOptions = { authenticate: Authenticate; log: Log; toError?: ToError };

/** Routes each operation to its handler; everything else becomes an error in the interface's own shape. */
export function createOpenAiApp(
  endpoints: Endpoint[],
  { authenticate, log, toError = toOpenAiError }: OpenAiAppOptions,
): Handler {
  const app = new Hono<{ Bindings: { requestId: string } }>();
  for (const endpoint of endpoints) {
    const { method, path } = endpoint.operation;
    app.on(method, toPattern(path), ({ req, env }) =>
      carryOut(endpoint, req.raw, { ...env, params: req.param(), query: req.query() }),
    );
  }
  for (const [path, methods] of methodsByPath(endpoints)) {
    app.all(toPattern(path), () => {
      throw new ConeaError("method_not_allowed", `This path takes ${methods}.`, {
        headers: { Allow: methods },
      });
    });
  }
  app.notFound(({ req }) => {
    throw new ConeaError("not_found", `There is nothing at ${req.method} ${req.path}.`);
  });
  app.onError((error) => {
    throw error;
  });
  const direct = findDirect(endpoints);

  async function carryOut(
    { operation, handle }: Endpoint,
    request: Request,
    { requestId, params, query }: Routed,
  ): Promise<Response> {
    currentSpan().rename(`${operation.method} ${operation.path}`);
    currentSpan().set({ "http.route": operation.path });
    const principal = await authenticate(request.headers);
    if (operation.access === "write") requireWriter(principal);
    const call = {
      request,
      requestId,
      params,
      query: operation.query && parseWith(operation.query, query, "The query"),
      body: operation.body && (await readJson(request, operation.body, operation.mostBytes)),
      form: operation.form && (await readForm(request, operation.form, operation.mostBytes)),
      principal,
    };
    return handle(call as OpenAiCall);
  }

  function answer(request: Request, requestId: string): Promise<Response> | Response {
    const endpoint = direct.get(`${request.method} ${pathOf(request)}`);
    return endpoint
      ? carryOut(endpoint, request, { requestId, params: {}, query: {} })
      : app.fetch(request, { requestId });
  }

  return async (request) => {
    const requestId = currentRequestId() ?? randomIds.newId("req");
    let response: Response;
    try {
      response = await answer(request, requestId);
    } catch (error) {
      response = toError(error, { requestId, log });
    }
    return isWhole(response) ? response : withCommonHeaders(response, requestId);
  };
}

/** What the path and the query of a request say. */
type Routed = Pick<OpenAiCall, "requestId" | "params"> & { query: Record<string, string> };

/** Calls that their method and path name alone, as most are: these need no router. */
function findDirect(endpoints: Endpoint[]): Map<string, Endpoint> {
  const plain = endpoints.filter(({ operation }) => !operation.path.includes("{") && !operation.query);
  return new Map(
    plain.map((endpoint) => [`${endpoint.operation.method} ${endpoint.operation.path}`, endpoint]),
  );
}

/** `/v1/models/{model*}` as the router writes it: `/v1/models/:model{.+}`. */
function toPattern(path: string): string {
  return path.replaceAll(/\{(\w+)\*\}/g, ":$1{.+}").replaceAll(/\{(\w+)\}/g, ":$1");
}

function methodsByPath(endpoints: Endpoint[]): Map<string, string> {
  const methods = new Map<string, string>();
  for (const { operation } of endpoints) {
    const { path, method } = operation;
    methods.set(path, [methods.get(path), method].filter(Boolean).join(", "));
  }
  return methods;
}
