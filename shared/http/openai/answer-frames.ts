import { toSse } from "../to-sse.ts";
import type { DoorDeps } from "./open-call.ts";
import type { StreamedCall } from "./stream-call.ts";
import { toErrorFrame } from "./to-openai-error.ts";

/** Answers a streamed call with its frames; what fails in the middle is a frame of OpenAI's kind too. */
export function answerFrames(
  deps: DoorDeps,
  { requestId }: { requestId: string },
  { headers, leave }: Pick<StreamedCall, "headers" | "leave">,
  frames: AsyncGenerator<string, void, undefined>,
): Response {
  const { clock, log } = deps;
  return toSse(frames, {
    clock,
    requestId,
    headers,
    toErrorFrame: (thrown) => toErrorFrame(thrown, { requestId, log }),
    onLeave: leave,
  });
}
