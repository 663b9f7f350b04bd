import type { ChatInput, ChatMessage, ContentPart } from "../../api/chat.ts";
import { type ChatCompletionMessage, CreateChatCompletion } from "../../api/openai/chat.ts";
import { ConeaError } from "../../core/conea-error.ts";
import { type Harmless, harmlessFields, refuseFields } from "./refuse-fields.ts";
import { toSampling } from "./to-sampling.ts";

/** `prediction` is a hint that saves time; the others ask for what is answered anyway. */
const harmless: Harmless = {
  ...harmlessFields,
  n: [1],
  logprobs: [false],
  top_logprobs: [0],
  presence_penalty: [0],
  frequency_penalty: [0],
  logit_bias: [{}],
  modalities: [["text"]],
  prediction: true,
};

/** A chat as Conea takes it. Throws `invalid_request` for what cannot be honoured. Pure. */
export function toChatInput(body: CreateChatCompletion): ChatInput {
  refuseFields(body, CreateChatCompletion.shape, harmless);
  const messages = body.messages.flatMap(toMessage);
  if (messages.length === 0) throw noMessages();
  const { tools = [], tool_choice: choice, reasoning_effort: reasoningEffort, verbosity } = body;
  const responseFormat = toResponseFormat(body.response_format);
  return {
    messages,
    ...(tools.length > 0 && { tools: tools.map(toTool) }),
    ...(tools.length > 0 && choice && { toolChoice: toToolChoice(choice) }),
    ...(tools.length > 0 && body.parallel_tool_calls === false && { parallelToolCalls: false }),
    ...(responseFormat && { responseFormat }),
    ...toSampling({ ...body, max_tokens: body.max_completion_tokens ?? body.max_tokens }),
    ...(reasoningEffort && { reasoningEffort }),
    ...(verbosity && { verbosity }),
  };
}

/** An instruction without words is none. */
function toMessage(message: ChatCompletionMessage): ChatMessage[] {
  switch (message.role) {
    case "system":
    case "developer": {
      const content = toText(message.content);
      return content === "" ? [] : [{ role: "system", content }];
    }
    case "user":
      return [{ role: "user", content: toContent(message.content) }];
    case "assistant":
      return [toAssistant(message)];
    case "tool":
      return [{ role: "tool", toolCallId: message.tool_call_id, content: toText(message.content) }];
  }
}

type Assistant = Extract<ChatCompletionMessage, { role: "assistant" }>;

function toAssistant({ content, refusal, tool_calls: calls = [] }: Assistant): ChatMessage {
  const text = content === undefined ? (refusal ?? "") : toText(content);
  return {
    role: "assistant",
    ...((text !== "" || calls.length === 0) && { content: text }),
    ...(calls.length > 0 && { toolCalls: calls.map(({ id, function: called }) => ({ id, ...called })) }),
  };
}

type Parts = string | ({ type: "text"; text: string } | { type: "refusal"; refusal: string })[];

function toText(content: Parts): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : part.refusal)).join("");
}

function toContent(
  content: Extract<ChatCompletionMessage, { role: "user" }>["content"],
): string | ContentPart[] {
  if (typeof content === "string") return content;
  return content.map((part) =>
    part.type === "text"
      ? { type: "text", text: part.text }
      : { type: "image", image: { url: part.image_url.url } },
  );
}

type Tools = NonNullable<CreateChatCompletion["tools"]>;

function toTool({ function: { name, description, parameters, strict } }: Tools[number]) {
  return {
    name,
    ...(description !== undefined && { description }),
    ...(parameters && { parameters }),
    ...(strict !== undefined && { strict }),
  };
}

function toToolChoice(choice: NonNullable<CreateChatCompletion["tool_choice"]>) {
  return typeof choice === "string" ? choice : { name: choice.function.name };
}

function toResponseFormat(format: CreateChatCompletion["response_format"]): ChatInput["responseFormat"] {
  if (format?.type !== "json_schema") return format;
  const { name, schema, strict } = format.json_schema;
  return { type: "json_schema", name, schema, ...(strict !== undefined && { strict }) };
}

function noMessages(): ConeaError {
  return new ConeaError("invalid_request", "The messages hold no text.", {
    fields: [{ field: "messages", message: "must hold a message with content" }],
  });
}
