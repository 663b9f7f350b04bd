import type { CompletionResult } from "../../api/results.ts";
import { answerUsage } from "../../api/usage.ts";
import { toCompletionUsage, toFinishReason, toObjectHead } from "./to-chat-completion.ts";
import type { WatchedTask } from "./watch-task.ts";

export function toCompletionHead(task: WatchedTask) {
  return toObjectHead(task, "cmpl", "text_completion");
}

export function toChoice(text: string, reason: string | null) {
  return { text, index: 0, logprobs: null, finish_reason: reason };
}

/** A finished text as an answer of `POST /completions`. Pure. */
export function toCompletion(task: WatchedTask, { text, finishReason }: CompletionResult) {
  return {
    ...toCompletionHead(task),
    choices: [toChoice(text, toFinishReason(finishReason))],
    usage: toCompletionUsage(answerUsage(task)),
  };
}
