import type { ChatResult, ToolCall } from "../../api/chat.ts";
import type { Usage } from "../../api/task.ts";
import { answerUsage, readTokens, writtenTokens } from "../../api/usage.ts";
import type { WatchedTask } from "../openai/watch-task.ts";

type StopReason = "end_turn" | "max_tokens" | "tool_use" | "refusal";

/** What Conea is not told of is what Anthropic says where it has nothing to say. */
const notKnown = {
  cache_creation: null,
  inference_geo: null,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: null,
  speed: null,
};

/** A finished chat as an answer of `POST /messages`. Pure. */
export function toMessage(task: WatchedTask, result: ChatResult) {
  return {
    ...toMessageHead(task),
    content: toContent(result),
    stop_reason: toStopReason(result),
    usage: toMessageUsage(answerUsage(task)),
  };
}

/** What a message begins with, before anything was said. */
export function toMessageHead({ id, model, queue }: Pick<WatchedTask, "id" | "model" | "queue">) {
  return {
    id: `msg_${id.slice("task_".length)}`,
    type: "message",
    role: "assistant",
    model: model ?? queue,
    content: [] as object[],
    container: null,
    diagnostics: null,
    stop_reason: null as StopReason | null,
    stop_details: null,
    stop_sequence: null,
    usage: toMessageUsage({ inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 }),
  };
}

/** Anthropic's classes of input are disjoint, as Conea's are; its output includes the thoughts. */
export function toMessageUsage(usage: Usage) {
  const { cachedInputTokens, cacheWriteTokens = 0, reasoningTokens } = usage;
  return {
    ...notKnown,
    input_tokens: readTokens(usage) - cachedInputTokens - cacheWriteTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cachedInputTokens,
    output_tokens: writtenTokens(usage),
    ...(reasoningTokens && { output_tokens_details: { thinking_tokens: reasoningTokens } }),
  };
}

/** A stop sequence that was met is an end like another: which one it was is not known. */
export function toStopReason({ finishReason, refusal, toolCalls = [] }: ChatResult): StopReason {
  if (finishReason === "length") return "max_tokens";
  if (finishReason === "content_filter" || refusal) return "refusal";
  return toolCalls.length > 0 ? "tool_use" : "end_turn";
}

function toContent({ text, refusal, toolCalls = [] }: ChatResult): object[] {
  const said = text || refusal;
  return [...(said ? [{ type: "text", text: said, citations: null }] : []), ...toolCalls.map(toToolUse)];
}

function toToolUse({ id, name, arguments: text }: ToolCall) {
  return { type: "tool_use", id, name, input: toInput(text), caller: { type: "direct" } };
}

/** A model may break off in the middle of a call's arguments; Anthropic's interface has no place for half an object. */
export function toInput(text: string): object {
  try {
    const input: unknown = JSON.parse(text || "{}");
    return typeof input === "object" && input !== null ? input : {};
  } catch {
    return {};
  }
}
