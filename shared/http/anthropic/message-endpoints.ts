import { countTokens, createMessage } from "../../api/anthropic/messages.ts";
import type { SubmitTask } from "../../api/task.ts";
import { ConeaError } from "../../core/conea-error.ts";
import { type Endpoint, type OpenAiCall, toEndpoint } from "../openai/create-openai-app.ts";
import { keepImages } from "../openai/keep-images.ts";
import { mayJoin } from "../openai/may-join.ts";
import { type DoorDeps, runCall } from "../openai/open-call.ts";
import { readCallHeaders } from "../openai/read-call-headers.ts";
import { readResult } from "../openai/read-result.ts";
import { type StreamedCall, streamCall } from "../openai/stream-call.ts";
import { toSse } from "../to-sse.ts";
import { toAnthropicErrorFrame } from "./to-anthropic-error.ts";
import { toMessage } from "./to-message.ts";
import { type MessageEvents, toMessageEvents } from "./to-message-events.ts";
import { toMessageTask } from "./to-message-task.ts";

type MessageCall = OpenAiCall<typeof createMessage>;
type ChatTask = Extract<SubmitTask, { type: "chat" }>;

/** `POST /messages`. Tokens are not counted ahead: each vendor counts in its own way, and an estimate is no count. */
export function createMessageEndpoints(deps: DoorDeps): Endpoint[] {
  return [
    toEndpoint(createMessage, async (call) => {
      const asked = toMessageTask(call.body);
      const { isStored } = readCallHeaders(call.request.headers);
      const input = isStored ? await keepImages(deps, call.principal, asked.input) : asked.input;
      const submitted = { ...asked, input };
      return submitted.stream ? answerStream(deps, call, submitted) : answer(deps, call, submitted);
    }),
    toEndpoint(countTokens, () => {
      throw new ConeaError(
        "not_found",
        "Tokens are not counted ahead: vendors count differently. The usage of an answer is the vendor's own count.",
      );
    }),
  ];
}

async function answer(deps: DoorDeps, call: MessageCall, submitted: ChatTask): Promise<Response> {
  const { task, headers } = await runCall(deps, call, submitted);
  const message = toMessage(task, await readResult<"chat">(deps, task));
  return Response.json(message, { headers: { ...headers, "request-id": call.requestId } });
}

async function answerStream(deps: DoorDeps, call: MessageCall, submitted: ChatTask): Promise<Response> {
  const streamed = await streamCall(deps, call, submitted, { mayJoin: mayJoin(submitted.input) });
  return toSse(writeFrames(deps, streamed, toMessageEvents(streamed.task)), {
    clock: deps.clock,
    requestId: call.requestId,
    headers: { ...streamed.headers, "request-id": call.requestId },
    toErrorFrame: (thrown) => toAnthropicErrorFrame(thrown, { requestId: call.requestId, log: deps.log }),
    onLeave: streamed.leave,
  });
}

async function* writeFrames(
  deps: DoorDeps,
  { pieces }: StreamedCall,
  events: MessageEvents,
): AsyncGenerator<string, void, undefined> {
  yield events.begin();
  for await (const piece of pieces) {
    yield piece.kind === "text"
      ? events.text(piece.text)
      : events.end(piece.task, await readResult<"chat">(deps, piece.task));
  }
}
