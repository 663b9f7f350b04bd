import { randomIds } from "../core/random.ts";
import type { Tracer } from "../core/span.ts";
import { beginRequest, type RequestSpan } from "../core/trace.ts";
import { parseCloudTraceContext, parseTraceparent, type TraceContext } from "../core/trace-context.ts";
import type { Handler } from "./create-app.ts";
import { pathOf } from "./path-of.ts";

/**
 * The handler, with a request's id and trace around all that runs for it: its caller's trace, or a new one. What was recorded
 * is exported before the response ends, since an instance may be frozen from then on.
 */
export function traceRequests(handler: Handler, tracer: Tracer): Handler {
  return (request) => {
    const requestId = randomIds.newId("req");
    const { run, span, isRecorded, end } = beginRequest(
      tracer,
      { parent: readParent(request.headers), requestId },
      {
        name: request.method,
        kind: "server",
        attributes: {
          "http.request.method": request.method,
          "url.path": pathOf(request),
          "conea.request.id": requestId,
        },
      },
    );
    const answered = run(() => handler(request));
    return isRecorded ? record(answered, { span, end, tracer }) : answered;
  };
}

type Recording = Pick<RequestSpan, "span" | "end"> & { tracer: Tracer };

async function record(answered: Promise<Response>, { span, end, tracer }: Recording): Promise<Response> {
  const response = await answered;
  span.set({ "http.response.status_code": response.status });
  if (response.status >= 500) span.fail(String(response.status));
  return beforeItEnds(response, async () => {
    end();
    await tracer.flush();
  });
}

function readParent(headers: Headers): TraceContext | undefined {
  return (
    parseTraceparent(headers.get("traceparent")) ??
    parseCloudTraceContext(headers.get("x-cloud-trace-context"))
  );
}

/** The response, whose end waits for `finish`, which is called once. */
async function beforeItEnds(response: Response, finish: () => Promise<void>): Promise<Response> {
  if (response.body) return new Response(endAfter(response.body, finish), response);
  await finish();
  return response;
}

function endAfter(body: ReadableStream<Uint8Array>, finish: () => Promise<void>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let finished: Promise<void> | undefined;
  const finishOnce = () => {
    finished ??= finish();
    return finished;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        await finishOnce();
        controller.close();
      } catch (error) {
        await finishOnce();
        controller.error(error);
      }
    },
    async cancel(reason) {
      await Promise.all([reader.cancel(reason), finishOnce()]);
    },
  });
}
