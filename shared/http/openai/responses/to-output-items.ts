import type { ChatResult, ToolCall } from "../../../api/chat.ts";
import { toItemId } from "./response-ids.ts";

export type OutputText = { type: "output_text"; text: string; annotations: never[]; logprobs: never[] };
export type OutputRefusal = { type: "refusal"; refusal: string };
export type OutputContent = OutputText | OutputRefusal;

export type OutputMessage = {
  id: string;
  type: "message";
  status: "in_progress" | "completed" | "incomplete";
  role: "assistant";
  content: OutputContent[];
};
export type OutputCall = {
  id: string;
  type: "function_call";
  status: "in_progress" | "completed" | "incomplete";
  call_id: string;
  name: string;
  arguments: string;
};
export type OutputItem = OutputMessage | OutputCall;

export type ItemStatus = OutputItem["status"];

export function toOutputText(text: string): OutputText {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

export function toOutputMessage(
  taskId: string,
  content: OutputContent[],
  status: ItemStatus = "completed",
): OutputMessage {
  return { id: toItemId("msg", taskId), type: "message", status, role: "assistant", content };
}

export function toOutputCall(
  taskId: string,
  { id, name, arguments: text }: ToolCall,
  index: number,
): OutputCall {
  return {
    id: toItemId("fc", taskId, String(index)),
    type: "function_call",
    status: "completed",
    call_id: id,
    name,
    arguments: text,
  };
}

/** What a model said as the items of a response: a message where there are words or nothing else, then the calls. Pure. */
export function toOutputItems(
  taskId: string,
  { text, refusal, toolCalls = [], finishReason }: ChatResult,
): OutputItem[] {
  const isWhole = finishReason !== "length" && finishReason !== "content_filter";
  const content: OutputContent[] = [
    ...(text || !(refusal || toolCalls.length > 0) ? [toOutputText(text)] : []),
    ...(refusal ? [{ type: "refusal" as const, refusal }] : []),
  ];
  const message = toOutputMessage(taskId, content, isWhole ? "completed" : "incomplete");
  const calls = toolCalls.map((call, index) => toOutputCall(taskId, call, index));
  return content.length > 0 ? [message, ...calls] : calls;
}
