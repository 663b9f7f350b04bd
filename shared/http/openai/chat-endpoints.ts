import { createChatCompletion } from "../../api/openai/chat.ts";
import type { SubmitTask } from "../../api/task.ts";
import { toWholeAnswer } from "../whole-answer.ts";
import { answerFrames } from "./answer-frames.ts";
import { toCommonHeaders } from "./common-headers.ts";
import { type Endpoint, type OpenAiCall, toEndpoint } from "./create-openai-app.ts";
import { hasDataUrls, keepImages } from "./keep-images.ts";
import { mayJoin } from "./may-join.ts";
import { type DoorDeps, runCall } from "./open-call.ts";
import { readCallHeaders } from "./read-call-headers.ts";
import { readResult } from "./read-result.ts";
import { type StreamedCall, streamCall } from "./stream-call.ts";
import { toChatChunks } from "./to-chat-chunks.ts";
import { toChatCompletion } from "./to-chat-completion.ts";
import { type ChatTask, toChatTask } from "./to-chat-task.ts";

type ChatCall = OpenAiCall<typeof createChatCompletion>;

/** `POST /chat/completions`. */
export function createChatEndpoints(deps: DoorDeps): Endpoint[] {
  return [
    toEndpoint(createChatCompletion, async (call) => {
      const asked = toChatTask(call.body);
      const { isStored } = readCallHeaders(call.request.headers);
      const keepsImages = isStored && hasDataUrls(asked.input);
      const input = keepsImages ? await keepImages(deps, call.principal, asked.input) : asked.input;
      const submitted = { ...asked, input };
      return call.body.stream ? answerStream(deps, call, submitted) : answer(deps, call, submitted);
    }),
  ];
}

async function answer(deps: DoorDeps, call: ChatCall, submitted: SubmitTask): Promise<Response> {
  const { task, headers } = await runCall(deps, call, submitted);
  const content = toChatCompletion(task, await readResult<"chat">(deps, task));
  return toWholeAnswer(content, { ...headers, ...toCommonHeaders(call.requestId) });
}

async function answerStream(deps: DoorDeps, call: ChatCall, submitted: ChatTask): Promise<Response> {
  const streamed = await streamCall(deps, call, submitted, { mayJoin: mayJoin(submitted.input) });
  const withUsage = call.body.stream_options?.include_usage ?? false;
  return answerFrames(deps, call, streamed, writeFrames(deps, streamed, withUsage));
}

async function* writeFrames(
  deps: DoorDeps,
  { task, pieces }: StreamedCall,
  withUsage: boolean,
): AsyncGenerator<string, void, undefined> {
  const chunks = toChatChunks(task, { withUsage });
  let start = chunks.begin();
  for await (const piece of pieces) {
    const isText = piece.kind === "text";
    yield start +
      (isText ? chunks.text(piece.text) : chunks.end(piece.task, await readResult<"chat">(deps, piece.task)));
    start = "";
  }
}
