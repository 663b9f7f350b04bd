import { z } from "zod";
import { ChatInput } from "./chat.ts";
import { PromptUse } from "./prompts.ts";
import { TrimRequest } from "./trim.ts";

/** A chat as it is asked for: the task keeps the messages that come of it. */
export const ChatRequest = z
  .strictObject({
    ...ChatInput.shape,
    messages: ChatInput.shape.messages.optional(),
    prompt: PromptUse.optional(),
    trim: TrimRequest.optional(),
  })
  .refine(({ messages, prompt }) => messages || prompt, {
    error: "must be given, or else prompt",
    path: ["messages"],
  })
  .meta({
    id: "ChatRequest",
    description:
      "A conversation: the messages of `prompt`, then `messages`; one of the two at least. The task's input holds what came of `prompt` and `trim`.",
  });
export type ChatRequest = z.infer<typeof ChatRequest>;
