import type { CreateChatCompletion } from "../../api/openai/chat.ts";
import type { SubmitTask } from "../../api/task.ts";
import { toChatInput } from "./to-chat-input.ts";
import { toTaskFields } from "./to-task-fields.ts";

export type ChatTask = Extract<SubmitTask, { type: "chat" }>;

/** The task that a body of `POST /chat/completions` asks for. Throws `invalid_request`. Pure. */
export function toChatTask(body: CreateChatCompletion): ChatTask {
  return { type: "chat", input: toChatInput(body), ...toTaskFields(body), stream: body.stream ?? false };
}
