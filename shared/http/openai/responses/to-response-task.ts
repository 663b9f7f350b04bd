import type { ChatInput, ChatMessage } from "../../../api/chat.ts";
import type { ResponseTool } from "../../../api/openai/response-items.ts";
import { CreateResponse } from "../../../api/openai/responses.ts";
import type { SubmitTask } from "../../../api/task.ts";
import { ConeaError } from "../../../core/conea-error.ts";
import type { ResponseFacts } from "../../../tasks/task-document.ts";
import { type Harmless, harmlessFields, refuseFields } from "../refuse-fields.ts";
import { toTaskFields } from "../to-task-fields.ts";
import type { History } from "./read-history.ts";
import { type Referenced, toConversation } from "./to-conversation.ts";

/** `isStored`: its content may be kept. */
export type ResponseTask = {
  submitted: Extract<SubmitTask, { type: "chat" }>;
  facts: ResponseFacts;
  isStored: boolean;
};

/** What a response is made from beside its own request. */
export type Context = { history: History | undefined; referenced: Referenced; isStored: boolean };

/** `include` adds to items that Conea does not make; `max_tool_calls` counts tools that it does not have. */
const harmless: Harmless = {
  ...harmlessFields,
  include: true,
  max_tool_calls: true,
  stream_options: true,
  top_logprobs: [0],
  truncation: ["disabled"],
};

/** As many as one request may hold. */
const mostMessages = 2_000;
/** The text of a conversation, images included; about the largest request. */
const mostText = 30_000_000;

/** A response as the task that makes it. Throws `invalid_request` for what cannot be honoured. Pure. */
export function toResponseTask(
  body: CreateResponse,
  { history, referenced, isStored }: Context,
): ResponseTask {
  refuseFields(body, CreateResponse.shape, harmless);
  if (body.background && !isStored) throw refused("background", "needs a response that is stored");
  const { instructions = "", input = [] } = body;
  const said = [...(history?.messages ?? []), ...toConversation(input, referenced)];
  requireBounded(said, history);
  const system: ChatMessage[] = instructions === "" ? [] : [{ role: "system", content: instructions }];
  return {
    submitted: {
      type: "chat",
      input: toInput(body, [...system, ...said]),
      ...toTaskFields(body),
      stream: body.stream ?? false,
    },
    facts: {
      ...(system.length > 0 && { hasInstructions: true }),
      ...(history && { previousId: history.taskId }),
      ...(body.background && { isBackground: true }),
    },
    isStored,
  };
}

function toInput(body: CreateResponse, messages: ChatMessage[]): ChatInput {
  const { tools = [], tool_choice: choice, text, temperature, top_p: topP } = body;
  const maxOutputTokens = body.max_output_tokens;
  const reasoningEffort = body.reasoning?.effort;
  const verbosity = text?.verbosity;
  const responseFormat = toFormat(text?.format);
  return {
    messages,
    ...(tools.length > 0 && { tools: tools.map(toTool) }),
    ...(tools.length > 0 && choice && { toolChoice: toToolChoice(choice) }),
    ...(tools.length > 0 && body.parallel_tool_calls === false && { parallelToolCalls: false }),
    ...(responseFormat && { responseFormat }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(reasoningEffort && { reasoningEffort }),
    ...(verbosity && { verbosity }),
  };
}

function toTool({ name, description, parameters, strict }: ResponseTool) {
  return {
    name,
    ...(description !== undefined && { description }),
    ...(parameters && { parameters }),
    ...(strict !== undefined && { strict }),
  };
}

function toToolChoice(choice: NonNullable<CreateResponse["tool_choice"]>) {
  return typeof choice === "string" ? choice : { name: choice.name };
}

function toFormat(
  format: NonNullable<CreateResponse["text"]>["format"],
): ChatInput["responseFormat"] | undefined {
  if (format?.type !== "json_schema") return format;
  const { name, schema, strict } = format;
  return { type: "json_schema", name, schema, ...(strict !== undefined && { strict }) };
}

function requireBounded(messages: ChatMessage[], history: History | undefined): void {
  if (messages.length === 0) throw refused("input", "must hold a message");
  if (messages.length > mostMessages) {
    throw refused("input", `must make a conversation of at most ${mostMessages} messages`);
  }
  // Without a history it is the request's own body, which is bounded already.
  if (history && JSON.stringify(messages).length > mostText) {
    throw refused("input", `must make a conversation of at most ${mostText} characters`);
  }
}

function refused(field: string, message: string): ConeaError {
  return new ConeaError("invalid_request", `The request is not valid: ${field} ${message}.`, {
    fields: [{ field, message }],
  });
}
