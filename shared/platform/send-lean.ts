import type { Agent, Dispatcher } from "undici";
import { createIncomingBody, type IncomingBody } from "./incoming-body.ts";
import { LeanResponse } from "./lean-response.ts";
import { openDecoder } from "./open-decoder.ts";

export type LeanRequest = {
  url: URL;
  method: string;
  /** Names and values in turn. */
  headers: string[];
  body: string | Uint8Array | null;
};

const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and resolves with the head of its answer; to `undefined` where the server sends elsewhere. Rejects as
 * `fetch` does: with the signal's reason, or with a `TypeError` whose cause says what went wrong.
 */
export function sendLean(
  agent: Agent,
  { url, method, headers, body }: LeanRequest,
  signal: AbortSignal | undefined,
): Promise<Response | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Response | undefined>();
  let controller: Dispatcher.DispatchController | undefined;
  let incoming: IncomingBody | undefined;

  function abort(): void {
    fail(signal?.reason);
    controller?.abort(toError(signal?.reason));
  }

  function fail(error: unknown): void {
    signal?.removeEventListener("abort", abort);
    reject(error);
    incoming?.fail(error);
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (signal?.aborted) started.abort(toError(signal.reason));
    },
    onResponseStart(_, status, fields, statusText = "") {
      // The answer proper follows.
      if (status < 200) return;
      const isElsewhere = redirects.has(status) && fields.location !== undefined;
      const decoder = openDecoder(fields["content-encoding"]);
      incoming = createIncomingBody({
        ...(decoder && { decoder }),
        pause: () => controller?.pause(),
        resume: () => controller?.resume(),
        cancel: (reason) => controller?.abort(toError(reason)),
      });
      if (isElsewhere) return resolve(undefined);
      resolve(
        new LeanResponse({
          status,
          statusText,
          fields,
          url: url.href,
          method,
          incoming,
        }) as unknown as Response,
      );
    },
    onResponseData(_, chunk) {
      incoming?.push(chunk);
    },
    onResponseEnd() {
      signal?.removeEventListener("abort", abort);
      incoming?.end();
    },
    onResponseError(_, error) {
      if (signal?.aborted) return fail(signal.reason);
      fail(new TypeError(incoming ? "terminated" : "fetch failed", { cause: error }));
    },
  };

  if (signal?.aborted) return Promise.reject(signal.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const { origin, pathname, search } = url;
  try {
    agent.dispatch({ origin, path: `${pathname}${search}`, method, headers, body }, handler);
  } catch (error) {
    fail(new TypeError("fetch failed", { cause: error }));
  }
  return promise;
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
