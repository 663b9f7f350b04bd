import type { ChatResult } from "../../api/chat.ts";
import { answerUsage } from "../../api/usage.ts";
import { toCompletionUsage, toFinishReason, toObjectHead } from "./to-chat-completion.ts";
import type { WatchedTask } from "./watch-task.ts";

type Delta = Record<string, unknown>;

export type ChatChunks = {
  /** The first chunk: whose words follow. */
  begin(): string;
  text(text: string): string;
  /** What ends a stream: a refusal, tool calls, the finish reason, the usage if asked for, `[DONE]`. */
  end(task: WatchedTask, result: ChatResult): string;
};

/** Writes the frames of a streamed chat completion. */
export function toChatChunks(task: WatchedTask, { withUsage }: { withUsage: boolean }): ChatChunks {
  let head = toHead(task);
  const usage = withUsage ? { usage: null } : {};
  const frame = (delta: Delta, reason: string | null = null) =>
    toFrame({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
      ...usage,
    });
  // All that differs from one piece to the next is its text.
  const [before = "", after = ""] = frame({ content: "" }).split('"content":""');
  return {
    begin: () => frame({ role: "assistant", content: "", refusal: null }),
    text: (content) => `${before}"content":${JSON.stringify(content)}${after}`,
    end(ended, { refusal, toolCalls = [], finishReason }) {
      // Names who finished the answer, and whose usage it is, where that is not who began it.
      head = toHead(ended);
      const frames = [
        ...(refusal ? [frame({ refusal })] : []),
        ...toolCalls.flatMap((call, index) => toCallDeltas(call, index).map((delta) => frame(delta))),
        frame({}, toFinishReason(finishReason)),
        ...(withUsage
          ? [toFrame({ ...head, choices: [], usage: toCompletionUsage(answerUsage(ended)) })]
          : []),
        "data: [DONE]\n\n",
      ];
      return frames.join("");
    },
  };
}

function toHead(task: WatchedTask) {
  return { ...toObjectHead(task, "chatcmpl", "chat.completion.chunk"), system_fingerprint: null };
}

/** A call's first part carries its id and name, the next its arguments. */
function toCallDeltas(
  { id, name, arguments: text }: NonNullable<ChatResult["toolCalls"]>[number],
  index: number,
): Delta[] {
  return [
    { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
    { tool_calls: [{ index, function: { arguments: text } }] },
  ];
}

export function toFrame(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
