import type { Principal } from "../../../access/principal.ts";
import type { ChatInput, ChatMessage, ChatResult } from "../../../api/chat.ts";
import { ConeaError } from "../../../core/conea-error.ts";
import type { Platform } from "../../../platform/platform.ts";
import { readInput } from "../../../tasks/load-input.ts";
import { findTask } from "../../../tasks/read-tasks.ts";
import { isNotKept, type TaskDocument } from "../../../tasks/task-document.ts";
import { readResult } from "../read-result.ts";

type ReadDeps = Pick<Platform, "documents" | "blobs">;

/** The task of a chat by its id, if the principal may see it and it was to be stored; `undefined` where there is none. */
export async function findChat(
  deps: Pick<Platform, "documents">,
  principal: Principal,
  taskId: string | undefined,
): Promise<TaskDocument | undefined> {
  try {
    const { data } = await findTask(deps, principal, taskId ?? "");
    const isStored = !isNotKept(data.input) && !data.batch?.isUnstored;
    return data.type === "chat" && isStored ? data : undefined;
  } catch (error) {
    if (error instanceof ConeaError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** The same, but only the principal's own: another user's words are nobody's to go on from, not even an administrator's. */
export async function findOwnChat(
  deps: Pick<Platform, "documents">,
  principal: Principal,
  taskId: string | undefined,
): Promise<TaskDocument | undefined> {
  const task = await findChat(deps, principal, taskId);
  return task?.createdBy === principal.user ? task : undefined;
}

/** The input of a chat, from Blobs where it is large. */
export async function readChatInput(deps: Pick<Platform, "blobs">, task: TaskDocument): Promise<ChatInput> {
  // A task's input has the shape of its type: the request was parsed by it.
  return (await readInput(deps, task)) as ChatInput;
}

/** All that was said in a chat that has succeeded, in order, without what it was told by `instructions`. */
export async function readExchange(deps: ReadDeps, task: TaskDocument): Promise<ChatMessage[]> {
  const [input, result] = await Promise.all([readChatInput(deps, task), readResult<"chat">(deps, task)]);
  return [...toSaid(task, input), toAssistant(result)];
}

/** What a response was made from but for its `instructions`. */
export function toSaid({ response }: TaskDocument, { messages }: ChatInput): ChatMessage[] {
  return response?.hasInstructions ? messages.slice(1) : messages;
}

function toAssistant({ text, refusal, toolCalls = [] }: ChatResult): ChatMessage {
  const content = text || refusal || "";
  return {
    role: "assistant",
    ...((content !== "" || toolCalls.length === 0) && { content }),
    ...(toolCalls.length > 0 && { toolCalls }),
  };
}
