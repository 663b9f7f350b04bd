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
  let start = toStart(task);
  const usage = withUsage ? ',"usage":null' : "";
  // All that differs from one piece to the next is its delta, mostly a text: what is around it is written once.
  const frame = (delta: string, reason = "null") =>
    `${start}{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}]${usage}}\n\n`;
  return {
    begin: () => frame('{"role":"assistant","content":"","refusal":null}'),
    text: (content) => frame(`{"content":${JSON.stringify(content)}}`),
    end(ended, { refusal, toolCalls = [], finishReason }) {
      // Names who finished the answer, and whose usage it is, where that is not who began it.
      start = toStart(ended);
      const deltas = [
        ...(refusal ? [{ refusal }] : []),
        ...toolCalls.flatMap((call, index): Delta[] => toCallDeltas(call, index)),
      ];
      const frames = deltas.map((delta) => frame(JSON.stringify(delta)));
      const last = frame("{}", JSON.stringify(toFinishReason(finishReason)));
      return `${frames.join("")}${last}${withUsage ? toUsageFrame(start, ended) : ""}data: [DONE]\n\n`;
    },
  };
}

/** A chunk up to its first choice. */
function toStart(task: WatchedTask): string {
  const head = { ...toObjectHead(task, "chatcmpl", "chat.completion.chunk"), system_fingerprint: null };
  return `data: ${JSON.stringify(head).slice(0, -1)},"choices":[`;
}

function toUsageFrame(start: string, ended: WatchedTask): string {
  return `${start}],"usage":${JSON.stringify(toCompletionUsage(answerUsage(ended)))}}\n\n`;
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
