import type { Log } from "../../core/log.ts";
import { type Failure, toFailure } from "./to-failure.ts";

/** The `error` of an answer, and of an event in a stream. */
export type OpenAiError = {
  error: { message: string; type: string; param: string | null; code: string | null };
};

/** Anything thrown as OpenAI's SDKs expect it. */
export function toOpenAiError(thrown: unknown, context: { requestId: string; log: Log }): Response {
  const failure = toFailure(thrown, context);
  return Response.json(toErrorBody(failure), { status: failure.status, headers: failure.headers });
}

export function toErrorBody({ status, code, message, param }: Failure): OpenAiError {
  return { error: { message, type: toType(status), param: param ?? null, code } };
}

function toType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 402) return "insufficient_quota";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** The same in a stream that has begun. The SDKs throw at it, and take nothing that follows. */
export function toErrorFrame(thrown: unknown, context: { requestId: string; log: Log }): string {
  return `data: ${JSON.stringify(toErrorBody(toFailure(thrown, context)))}\n\n`;
}
