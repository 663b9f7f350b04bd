import type { Clock } from "../core/clock.ts";

/** A comment as often as this keeps proxies from closing a silent connection. */
const keepAliveMs = 15_000;
const encoder = new TextEncoder();

export type SseOptions = {
  clock: Clock;
  headers?: Record<string, string>;
  /** The frames that tell of what was thrown; the stream ends with them. Where absent it breaks off, and the reader comes back. */
  toErrorFrame?: (thrown: unknown) => string;
  /** The reader has left before the end. */
  onLeave: () => void;
};

/** A `text/event-stream` of frames (each with its empty line), drawn as fast as the reader takes them. */
export function toSse(
  frames: AsyncGenerator<string, void, undefined>,
  { clock, headers, toErrorFrame, onLeave }: SseOptions,
): Response {
  let cancelTimer = () => {};
  const breakOff = (controller: ReadableStreamDefaultController, thrown: unknown) => {
    cancelTimer();
    controller.error(thrown);
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
        const { done, value } = await frames.next();
        if (!done) return controller.enqueue(encoder.encode(value));
      } catch (thrown) {
        if (!toErrorFrame) return breakOff(controller, thrown);
        controller.enqueue(encoder.encode(toErrorFrame(thrown)));
      }
      cancelTimer();
      controller.close();
    },
    cancel() {
      cancelTimer();
      onLeave();
      // What waits for the next piece ends with the leaving; nobody is left to hear how.
      frames.return().catch(() => undefined);
    },
  });
  return new Response(body, {
    headers: {
      ...headers,
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no",
    },
  });
}
