import { CreateMessage } from "../../api/anthropic/messages.ts";
import type { ChatInput } from "../../api/chat.ts";
import type { SubmitTask } from "../../api/task.ts";
import { type Harmless, refuseFields } from "../openai/refuse-fields.ts";
import { toSampling } from "../openai/to-sampling.ts";
import { toTaskFields } from "../openai/to-task-fields.ts";
import { toChatMessages, toSystem } from "./to-chat-messages.ts";

/** They change what is billed, logged or cached at Anthropic, and not what is answered. */
const harmless: Harmless = {
  cache_control: true,
  metadata: true,
  service_tier: true,
  inference_geo: true,
  speed: ["standard"],
  context_management: [{ edits: [] }],
  mcp_servers: [[]],
};

/** A message as the task that makes it. Throws `invalid_request` for what cannot be honoured. Pure. */
export function toMessageTask(body: CreateMessage): Extract<SubmitTask, { type: "chat" }> {
  refuseFields(body, CreateMessage.shape, harmless);
  const { model, route, priority, stream = false } = body;
  const fields = toTaskFields({ model, ...(route && { route }), priority });
  return { type: "chat", input: toInput(body), ...fields, stream };
}

function toInput(body: CreateMessage): ChatInput {
  const { tools = [], tool_choice: choice, output_config: output, stop_sequences: stop } = body;
  const reasoningEffort = output?.effort ?? toEffort(body.thinking);
  return {
    messages: [...toSystem(body.system), ...body.messages.flatMap(toChatMessages)],
    ...(tools.length > 0 && { tools: tools.map(toTool) }),
    ...(tools.length > 0 && choice && { toolChoice: toToolChoice(choice) }),
    ...(tools.length > 0 && isSerial(choice) && { parallelToolCalls: false }),
    ...(output?.format && {
      responseFormat: {
        type: "json_schema",
        name: "answer",
        schema: output.format.schema,
        strict: true,
      },
    }),
    ...toSampling({ ...body, stop, seed: undefined }),
    ...(reasoningEffort && { reasoningEffort }),
  };
}

/** What is left to the model, as `adaptive` does, is said by saying nothing. */
function toEffort(thinking: CreateMessage["thinking"]): ChatInput["reasoningEffort"] {
  if (thinking?.type === "disabled") return "none";
  if (thinking?.type !== "enabled") return undefined;
  const { budget_tokens: budget } = thinking;
  if (budget < 4_096) return "low";
  return budget < 16_384 ? "medium" : "high";
}

function isSerial(choice: CreateMessage["tool_choice"]): boolean {
  return (
    choice !== undefined && "disable_parallel_tool_use" in choice && choice.disable_parallel_tool_use === true
  );
}

function toTool({
  name,
  description,
  input_schema: parameters,
  strict,
}: NonNullable<CreateMessage["tools"]>[number]) {
  return {
    name,
    parameters,
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  };
}

function toToolChoice(choice: NonNullable<CreateMessage["tool_choice"]>) {
  if (choice.type === "tool") return { name: choice.name };
  return choice.type === "any" ? "required" : choice.type;
}
