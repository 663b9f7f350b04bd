import type { ChatResult, ToolCall } from "../../api/chat.ts";
import { answerUsage } from "../../api/usage.ts";
import type { WatchedTask } from "../openai/watch-task.ts";
import { toInput, toMessageHead, toMessageUsage, toStopReason } from "./to-message.ts";

export type MessageEvents = {
  /** What a stream begins with. Where it was not written, whatever comes first begins with it. */
  begin(): string;
  /** The next piece of the text. */
  text(text: string): string;
  /** What ends the stream of a task that has succeeded. */
  end(task: WatchedTask, result: ChatResult): string;
};

/**
 * Writes a message as the typed events that Anthropic's SDKs expect. The tokens read are known at the end alone, so that is
 * where they are told. A tool's use comes whole when its attempt has succeeded: inputs are never put together from two.
 */
export function toMessageEvents(task: WatchedTask): MessageEvents {
  let isBegun = false;
  let isTextOpen = false;

  function begin(): string {
    if (isBegun) return "";
    isBegun = true;
    return event("message_start", { message: toMessageHead(task) }) + event("ping", {});
  }

  function openText(): string {
    if (isTextOpen) return "";
    isTextOpen = true;
    const block = { type: "text", text: "", citations: null };
    return event("content_block_start", { index: 0, content_block: block });
  }

  const say = (text: string) =>
    begin() + openText() + event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });

  return {
    begin,
    text: say,
    end(ended, result) {
      const { refusal, toolCalls = [] } = result;
      const start = begin() + (refusal && !isTextOpen ? say(refusal) : "");
      const uses = toolCalls.map((call, index) => toToolUse(call, index + (isTextOpen ? 1 : 0)));
      return (
        start +
        (isTextOpen ? event("content_block_stop", { index: 0 }) : "") +
        uses.join("") +
        event("message_delta", {
          delta: {
            stop_reason: toStopReason(result),
            stop_sequence: null,
            stop_details: null,
            container: null,
          },
          usage: toMessageUsage(answerUsage(ended)),
        }) +
        event("message_stop", {})
      );
    },
  };
}

function toToolUse({ id, name, arguments: text }: ToolCall, index: number): string {
  const block = { type: "tool_use", id, name, input: {}, caller: { type: "direct" } };
  const delta = { type: "input_json_delta", partial_json: JSON.stringify(toInput(text)) };
  return (
    event("content_block_start", { index, content_block: block }) +
    event("content_block_delta", { index, delta }) +
    event("content_block_stop", { index })
  );
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
