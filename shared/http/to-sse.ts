import type { Clock } from "../core/clock.ts";
import { toCommonHeaders } from "./openai/common-headers.ts";
import { type TextSource, toStreamedAnswer, toTextStream } from "./whole-answer.ts";

/** A comment as often as this keeps proxies from closing a silent connection. */
const keepAliveMs = 15_000;

export type SseOptions = {
  clock: Clock;
  /** Where it is told, the answer bears what every one bears, and nothing is to be added to it. */
  requestId?: string;
  headers?: Record<string, string>;
  /** The frames that tell of what was thrown; the stream ends with them. Where absent it breaks off, and the reader comes back. */
  toErrorFrame?: (thrown: unknown) => string;
  /** The reader has left before the end. */
  onLeave: () => void;
};

/** A `text/event-stream` of frames (each with its empty line), drawn as fast as the reader takes them. */
export function toSse(
  frames: AsyncGenerator<string, void, undefined>,
  { requestId, headers: more, ...options }: SseOptions,
): Response {
  const source = toSource(frames, options);
  const headers = { ...more, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" };
  if (requestId === undefined) return toTextStream(source, { ...headers, "Cache-Control": "no-store" });
  return toStreamedAnswer(source, { ...toCommonHeaders(requestId), ...headers });
}

function toSource(
  frames: AsyncGenerator<string, void, undefined>,
  { clock, toErrorFrame, onLeave }: Omit<SseOptions, "headers" | "requestId">,
): TextSource {
  let cancelTimer = () => {};
  let hasLeft = false;

  async function draw(): Promise<string | undefined> {
    try {
      const { done, value } = await frames.next();
      return done ? undefined : value;
    } catch (thrown) {
      cancelTimer();
      if (!toErrorFrame) throw thrown;
      return toErrorFrame(thrown);
    }
  }

  return {
    begin(put) {
      cancelTimer();
      const keepAlive = () => {
        put(": keep-alive\n\n");
        cancelTimer = clock.after(keepAliveMs, keepAlive);
      };
      cancelTimer = clock.after(keepAliveMs, keepAlive);
    },
    async next() {
      const frame = await draw();
      if (frame === undefined) cancelTimer();
      return hasLeft ? undefined : frame;
    },
    leave() {
      hasLeft = true;
      cancelTimer();
      onLeave();
      // What waits for the next piece ends with the leaving; nobody is left to hear how.
      frames.return().catch(() => undefined);
    },
  };
}
