import type { ChatResult, FinishReason } from "../../api/chat.ts";
import type { Usage } from "../../api/task.ts";
import { fromTime } from "../../core/clock.ts";
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

/** OpenAI counts tokens read from a cache among the prompt's. */
export function toCompletionUsage({ inputTokens, cachedInputTokens, outputTokens }: Usage) {
  const prompt = inputTokens + cachedInputTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: outputTokens,
    total_tokens: prompt + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens },
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
    usage: toCompletionUsage(task.usage),
    system_fingerprint: null,
  };
}
