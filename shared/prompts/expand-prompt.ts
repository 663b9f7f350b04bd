import type { Principal } from "../access/principal.ts";
import type { ChatMessage } from "../api/chat.ts";
import type { ChatRequest } from "../api/chat-request.ts";
import type { PromptRef, PromptUse, RenderedPrompt } from "../api/prompts.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import { renderPrompt } from "./render-prompt.ts";

/** As many as a chat takes. */
const mostMessages = 2_000;

export type Expanded = { messages: ChatMessage[]; promptRef?: PromptRef };

/** A chat's messages, those of its prompt first. Throws `invalid_request`. */
export async function expandPrompt(
  deps: Pick<Platform, "documents">,
  principal: Principal,
  { prompt, messages = [] }: Pick<ChatRequest, "prompt" | "messages">,
): Promise<Expanded> {
  if (!prompt) return { messages };
  const { id, version, messages: rendered } = await render(deps, principal, prompt);
  const all = [...rendered, ...messages];
  if (all.length > mostMessages)
    throw invalid("input.messages", `must be at most ${mostMessages}, those of the prompt included`);
  return { messages: all, promptRef: { id, version } };
}

/** What is wrong with a prompt is wrong with a field of this request. */
async function render(
  deps: Pick<Platform, "documents">,
  principal: Principal,
  { id, ...choice }: PromptUse,
): Promise<RenderedPrompt> {
  try {
    return await renderPrompt(deps, principal, id, choice, "input.prompt.variables");
  } catch (error) {
    if (!(error instanceof ConeaError)) throw error;
    if (error.code === "not_found") throw invalid("input.prompt", `names no prompt there is: ${id}`);
    const field = error.fields[0]?.field;
    const isChoice = field === "label" || field === "version";
    throw isChoice ? invalid(`input.prompt.${field}`, error.fields[0]?.message ?? "") : error;
  }
}

function invalid(field: string, message: string): ConeaError {
  return new ConeaError("invalid_request", `The request is not valid: ${field} ${message}.`, {
    fields: [{ field, message }],
  });
}
