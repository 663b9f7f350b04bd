import type { ChatInput, ChatResult } from "../../../api/chat.ts";
import type { Usage } from "../../../api/task.ts";
import type { TaskStatus } from "../../../api/task-type.ts";
import { answerUsage, readTokens, totalTokens, writtenTokens } from "../../../api/usage.ts";
import { fromTime } from "../../../core/clock.ts";
import type { ResponseFacts } from "../../../tasks/task-document.ts";
import type { Failure } from "../to-failure.ts";
import type { WatchedTask } from "../watch-task.ts";
import { toResponseId } from "./response-ids.ts";
import { type OutputItem, toOutputItems } from "./to-output-items.ts";

/** What a response was asked for. */
export type Asked = { input: ChatInput; facts: ResponseFacts; isStored: boolean };

type Status = "queued" | "in_progress" | "completed" | "incomplete" | "failed" | "cancelled";

/** How far it has come: what differs from one state of a response to the next. */
export type State = {
  status: Status;
  output?: OutputItem[];
  error?: { code: string; message: string };
  incomplete?: "max_output_tokens" | "content_filter";
  usage?: Usage;
};

/** A response as OpenAI's SDKs read it. What is not known of it is what OpenAI says where nothing was asked for. Pure. */
export function toResponse(
  task: WatchedTask,
  { input, facts, isStored }: Asked,
  { status, output = [], error, incomplete, usage }: State,
) {
  const { tools = [], toolChoice = "auto", temperature, topP, maxOutputTokens, reasoningEffort } = input;
  return {
    id: toResponseId(task.id),
    object: "response",
    created_at: toSeconds(task.createdAt),
    status,
    background: facts.isBackground ?? false,
    completed_at: status === "completed" && task.completedAt ? toSeconds(task.completedAt) : null,
    error: error ?? null,
    incomplete_details: incomplete ? { reason: incomplete } : null,
    instructions: facts.hasInstructions ? (input.messages[0]?.content ?? null) : null,
    max_output_tokens: maxOutputTokens ?? null,
    max_tool_calls: null,
    metadata: task.metadata ?? {},
    model: task.model ?? task.queue,
    output,
    parallel_tool_calls: input.parallelToolCalls ?? true,
    previous_response_id: facts.previousId ? toResponseId(facts.previousId) : null,
    reasoning: { effort: reasoningEffort ?? null, summary: null },
    service_tier: "default",
    store: isStored,
    temperature: temperature ?? null,
    text: { format: toFormat(input.responseFormat), verbosity: input.verbosity ?? "medium" },
    tool_choice: typeof toolChoice === "string" ? toolChoice : { type: "function", ...toolChoice },
    tools: tools.map(toTool),
    top_logprobs: 0,
    top_p: topP ?? null,
    truncation: "disabled",
    usage: usage ? toResponseUsage(usage) : null,
    user: null,
  };
}

export type ResponseObject = ReturnType<typeof toResponse>;

/** The state of a task that has succeeded. */
export function toSucceeded(task: WatchedTask, result: ChatResult): State {
  const output = toOutputItems(task.id, result);
  const usage = answerUsage(task);
  if (result.finishReason === "length")
    return { status: "incomplete", incomplete: "max_output_tokens", output, usage };
  if (result.finishReason === "content_filter")
    return { status: "incomplete", incomplete: "content_filter", output, usage };
  return { status: "completed", output, usage };
}

const running: Partial<Record<TaskStatus, Status>> = {
  ready: "queued",
  scheduled: "queued",
  running: "in_progress",
  cancelled: "cancelled",
};

/** The state of a task that has not succeeded, or not yet. */
export function toUnfinished({ status, error }: Pick<WatchedTask, "status" | "error">): State {
  const known = running[status];
  if (known) return { status: known };
  const late = { code: "task_expired", message: "The task was not started in time." };
  const { code, message } = error ?? late;
  return { status: "failed", error: { code: toErrorCode(code), message } };
}

/** What could not be completed, as the interface has told of it. */
export function toFailed({ code, message }: Failure): State {
  return { status: "failed", error: { code: toErrorCode(code), message } };
}

const errorCodes: Record<string, string> = {
  provider_rate_limited: "rate_limit_exceeded",
  rate_limit_exceeded: "rate_limit_exceeded",
  provider_invalid_request: "invalid_prompt",
  provider_context_too_long: "invalid_prompt",
  provider_content_refused: "invalid_prompt",
  invalid_request: "invalid_prompt",
  context_length_exceeded: "invalid_prompt",
  content_policy_violation: "invalid_prompt",
};

/** The few codes that the error of a response may have. */
function toErrorCode(code: string): string {
  return errorCodes[code] ?? "server_error";
}

function toResponseUsage(usage: Usage) {
  const { cachedInputTokens, cacheWriteTokens = 0, reasoningTokens = 0 } = usage;
  return {
    input_tokens: readTokens(usage),
    input_tokens_details: { cached_tokens: cachedInputTokens, cache_write_tokens: cacheWriteTokens },
    output_tokens: writtenTokens(usage),
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: totalTokens(usage),
  };
}

function toTool({ name, description, parameters, strict }: NonNullable<ChatInput["tools"]>[number]) {
  return {
    type: "function",
    name,
    description: description ?? null,
    parameters: parameters ?? null,
    strict: strict ?? false,
  };
}

function toFormat(format: ChatInput["responseFormat"]) {
  if (format?.type !== "json_schema") return format ?? { type: "text" };
  return { ...format, description: null, strict: format.strict ?? false };
}

function toSeconds(time: string): number {
  return Math.floor(fromTime(time) / 1_000);
}
