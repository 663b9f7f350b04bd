import type { Clock } from "../core/clock.ts";

/** A comment as often as this keeps proxies from closing a silent connection. */
const keepAliveMs = 15_000;

export type ServerSentEvent = { id: string; event: string; data: unknown };

/**
 * A `text/event-stream` of the events, drawn as fast as the reader takes them. `onEnd` is called once, when the stream has
 * ended for whatever reason: the source's end, its failure (the client then reconnects), or the reader's leaving.
 */
export function toEventStream(
  events: AsyncIterator<ServerSentEvent>,
  { clock, onEnd }: { clock: Clock; onEnd: () => void },
): Response {
  const encoder = new TextEncoder();
  let cancelTimer = () => {};
  const end = () => {
    cancelTimer();
    onEnd();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const keepAlive = () => {
        controller.enqueue(encoder.encode(": keep-alive\n\n"));
        cancelTimer = clock.after(keepAliveMs, keepAlive);
      };
      cancelTimer = clock.after(keepAliveMs, keepAlive);
    },
    async pull(controller) {
      try {
        const next = await events.next();
        if (!next.done) return controller.enqueue(encoder.encode(toFrame(next.value)));
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    cancel: end,
  });
  const headers = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  };
  return new Response(body, { headers });
}

function toFrame({ id, event, data }: ServerSentEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
