import type { Log } from "../../core/log.ts";
import { type Failure, toFailure } from "../openai/to-failure.ts";

/** The body of an error, and the data of an event `error`. */
export type AnthropicError = {
  type: "error";
  error: { type: string; message: string };
  request_id: string;
};

type Context = { requestId: string; log: Log };

/** Anything thrown as Anthropic's SDKs expect it. */
export function toAnthropicError(thrown: unknown, context: Context): Response {
  const failure = toFailure(thrown, context);
  const { requestId } = context;
  return Response.json(toErrorBody(failure, requestId), {
    status: toStatus(failure),
    headers: { ...failure.headers, "request-id": requestId },
  });
}

/** The same in a stream that has begun. The SDKs throw at it, and take nothing that follows. */
export function toAnthropicErrorFrame(thrown: unknown, context: Context): string {
  const body = toErrorBody(toFailure(thrown, context), context.requestId);
  return `event: error\ndata: ${JSON.stringify(body)}\n\n`;
}

function toErrorBody(failure: Failure, requestId: string): AnthropicError {
  const { message } = failure;
  return {
    type: "error",
    error: { type: types[toStatus(failure)] ?? "invalid_request_error", message },
    request_id: requestId,
  };
}

/** Anthropic's own statuses, where it has one for the case. */
function toStatus({ status }: Failure): number {
  if (status === 503) return 529;
  if (status === 502) return 500;
  return status === 415 || status === 422 ? 400 : status;
}

const types: Record<number, string> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  504: "timeout_error",
  529: "overloaded_error",
};
