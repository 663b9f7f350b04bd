import { createCompletion } from "../../api/openai/completions.ts";
import type { SubmitTask } from "../../api/task.ts";
import { answerUsage } from "../../api/usage.ts";
import { answerFrames } from "./answer-frames.ts";
import { type Endpoint, type OpenAiCall, toEndpoint } from "./create-openai-app.ts";
import { type DoorDeps, runCall } from "./open-call.ts";
import { readResult } from "./read-result.ts";
import { type StreamedCall, streamCall } from "./stream-call.ts";
import { toFrame } from "./to-chat-chunks.ts";
import { toCompletionUsage, toFinishReason } from "./to-chat-completion.ts";
import { toChoice, toCompletion, toCompletionHead } from "./to-completion.ts";
import { toCompletionTask } from "./to-completion-task.ts";

type CompletionCall = OpenAiCall<typeof createCompletion>;

/** `POST /completions`, which OpenAI calls legacy. */
export function createCompletionEndpoints(deps: DoorDeps): Endpoint[] {
  return [
    toEndpoint(createCompletion, async (call) => {
      const submitted = toCompletionTask(call.body);
      if (call.body.stream) return answerStream(deps, call, submitted);
      const { task, headers } = await runCall(deps, call, submitted);
      return Response.json(toCompletion(task, await readResult<"completion">(deps, task)), { headers });
    }),
  ];
}

async function answerStream(deps: DoorDeps, call: CompletionCall, submitted: SubmitTask): Promise<Response> {
  const streamed = await streamCall(deps, call, submitted, { mayJoin: true });
  const withUsage = call.body.stream_options?.include_usage ?? false;
  return answerFrames(deps, call, streamed, writeFrames(deps, streamed, withUsage));
}

async function* writeFrames(
  deps: DoorDeps,
  { task, pieces }: StreamedCall,
  withUsage: boolean,
): AsyncGenerator<string, void, undefined> {
  const head = toCompletionHead(task);
  const usage = withUsage ? { usage: null } : {};
  const frame = (text: string, reason: string | null = null) =>
    toFrame({ ...head, choices: [toChoice(text, reason)], ...usage });
  for await (const piece of pieces) {
    if (piece.kind === "text") {
      yield frame(piece.text);
      continue;
    }
    const { finishReason } = await readResult<"completion">(deps, piece.task);
    yield frame("", toFinishReason(finishReason));
    if (withUsage) yield toFrame({ ...head, choices: [], usage: toCompletionUsage(answerUsage(piece.task)) });
    yield "data: [DONE]\n\n";
  }
}
