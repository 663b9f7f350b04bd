import type { ChatResult, FinishReason } from "../../api/chat.ts";
import type { Usage } from "../../api/task.ts";
import { answerUsage, readTokens, totalTokens, writtenTokens } from "../../api/usage.ts";
import { fromTime } from "../../core/clock.ts";
import { dropAbsent } from "../../providers/drop-absent.ts";
import type { WatchedTask } from "./watch-task.ts";

/** The finish reasons that OpenAI knows. A model's own other reasons end a text as its stop does. */
const reasons: Record<FinishReason, string> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  content_filter: "content_filter",
  other: "stop",
};

export function toFinishReason(reason: FinishReason): string {
  return reasons[reason];
}

/** OpenAI's totals include every class. Those of which there is nothing are left out of the details, but for the cache's. */
export function toCompletionUsage(usage: Usage) {
  const { cachedInputTokens, cacheWriteTokens, audioInputTokens, imageInputTokens } = usage;
  const { reasoningTokens, audioOutputTokens } = usage;
  const completion = { reasoning_tokens: reasoningTokens, audio_tokens: audioOutputTokens };
  return {
    prompt_tokens: readTokens(usage),
    completion_tokens: writtenTokens(usage),
    total_tokens: totalTokens(usage),
    prompt_tokens_details: {
      cached_tokens: cachedInputTokens,
      ...dropAbsent({
        cache_write_tokens: cacheWriteTokens,
        audio_tokens: audioInputTokens,
        image_tokens: imageInputTokens,
      }),
    },
    ...((reasoningTokens || audioOutputTokens) && { completion_tokens_details: dropAbsent(completion) }),
  };
}

/** What every object about a task begins with. `prefix` tells the kinds apart, as OpenAI's ids do. */
export function toObjectHead(task: WatchedTask, prefix: string, object: string) {
  return {
    id: `${prefix}-${task.id.slice("task_".length)}`,
    object,
    created: Math.floor(fromTime(task.createdAt) / 1_000),
    model: task.model ?? task.queue,
  };
}

/** A finished chat as an answer of `POST /chat/completions`. Pure. */
export function toChatCompletion(task: WatchedTask, result: ChatResult) {
  const { text, refusal, toolCalls = [] } = result;
  const calls = toolCalls.map(({ id, ...called }) => ({ id, type: "function", function: called }));
  return {
    ...toObjectHead(task, "chatcmpl", "chat.completion"),
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text === "" && (calls.length > 0 || refusal) ? null : text,
          refusal: refusal ?? null,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: toFinishReason(result.finishReason),
      },
    ],
    usage: toCompletionUsage(answerUsage(task)),
    system_fingerprint: null,
  };
}
