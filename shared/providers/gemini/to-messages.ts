import type { Content, Part } from "@google/genai";
import type { ChatMessage, ContentPart, ToolCall } from "../../api/chat.ts";
import { ProviderError } from "../provider-error.ts";
import { readArguments } from "../read-arguments.ts";
import { readImage } from "../read-image.ts";
import type { ReadBlob } from "../read-upload.ts";
import { fromCallId } from "./call-id.ts";
import { toThinking } from "./model-family.ts";

type Turn = { role: "user" | "model"; parts: Part[] };

export type Messages = { systemInstruction?: Content; contents: Turn[] };

/**
 * System messages, wherever they stand, become the system instruction; the results of parallel tool calls become one
 * turn, in the order of the calls, as the vendor demands. Blank texts are left out, because it refuses them.
 */
export async function toMessages(
  messages: ChatMessage[],
  model: string,
  readBlob: ReadBlob,
): Promise<Messages> {
  const system = messages.flatMap((message) => (message.role === "system" ? toText(message.content) : []));
  const contents: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role !== "tool") contents.push(...(await toTurns(message, index, model, readBlob)));
    else if (messages[index - 1]?.role !== "tool")
      contents.push(...toTurn("user", toResults(messages, index)));
  }
  return { ...(system.length > 0 && { systemInstruction: { parts: system } }), contents };
}

async function toTurns(
  message: Exclude<ChatMessage, { role: "tool" }>,
  index: number,
  model: string,
  readBlob: ReadBlob,
): Promise<Turn[]> {
  if (message.role === "system") return [];
  if (message.role === "user") return toTurn("user", await toUserParts(message.content, readBlob));
  const calls = toCalls(message.toolCalls ?? [], index, model);
  return toTurn("model", [...toText(message.content), ...calls]);
}

function toTurn(role: Turn["role"], parts: Part[]): Turn[] {
  return parts.length > 0 ? [{ role, parts }] : [];
}

async function toUserParts(content: string | ContentPart[], readBlob: ReadBlob): Promise<Part[]> {
  if (typeof content === "string") return toText(content);
  const parts = await Promise.all(
    content.map(async (part) => (part.type === "text" ? toText(part.text) : [await toImage(part, readBlob)])),
  );
  return parts.flat();
}

function toText(text: string | undefined): Part[] {
  return text?.trim() ? [{ text }] : [];
}

/** The vendor fetches links itself, and has to be told what it will find there. */
const imageTypes: Record<string, string> = {
  avif: "image/avif",
  gif: "image/gif",
  heic: "image/heic",
  heif: "image/heif",
  png: "image/png",
  webp: "image/webp",
};

async function toImage(
  { image }: Extract<ContentPart, { type: "image" }>,
  readBlob: ReadBlob,
): Promise<Part> {
  const read = await readImage(image, readBlob);
  if (read.from === "content") return { inlineData: { mimeType: read.contentType, data: read.base64 } };
  const extension = /\.(\w+)$/.exec(URL.parse(read.url)?.pathname ?? "")?.[1] ?? "";
  const mimeType = imageTypes[extension.toLowerCase()] ?? "image/jpeg";
  return { fileData: { fileUri: read.url, mimeType } };
}

/**
 * What Gemini 3 takes where it would demand a signature of its own thought: for calls that another model made, or whose
 * signature the caller has lost. https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const noSignature = "skip_thought_signature_validator";

/** Of parallel calls the vendor signs, and demands the signature of, the first alone. */
function toCalls(calls: ToolCall[], message: number, model: string): Part[] {
  const wantsSignature = toThinking(model) === "level";
  return calls.map(({ id: callId, name, arguments: text }, index) => {
    const { id, signature } = fromCallId(callId);
    const thoughtSignature = signature ?? (wantsSignature && index === 0 ? noSignature : undefined);
    const args = readArguments(text, `messages[${message}].toolCalls[${index}].arguments`);
    return {
      functionCall: { ...(id && { id }), name, args },
      ...(thoughtSignature && { thoughtSignature }),
    };
  });
}

/** The results from `first` on, each with the name of the tool that gave it, which the vendor wants beside its id. */
function toResults(messages: ChatMessage[], first: number): Part[] {
  const earlier = messages.slice(0, first);
  const calls = earlier.flatMap((message) => (message.role === "assistant" ? (message.toolCalls ?? []) : []));
  const results: { at: number; part: Part }[] = [];
  for (let index = first; ; index++) {
    const message = messages[index];
    if (message?.role !== "tool") return results.toSorted((a, b) => a.at - b.at).map(({ part }) => part);
    const at = calls.findLastIndex(({ id }) => id === message.toolCallId);
    const call = calls[at];
    if (!call) throw toUnknownCall(index);
    results.push({ at, part: toResult(call, message.content) });
  }
}

function toUnknownCall(index: number): ProviderError {
  const parameter = `messages[${index}].toolCallId`;
  return new ProviderError("invalid_request", { vendorCode: "unknown_tool_call", parameter });
}

function toResult({ id: callId, name }: ToolCall, content: string): Part {
  const { id } = fromCallId(callId);
  return { functionResponse: { ...(id && { id }), name, response: { output: readOutput(content) } } };
}

/** The model sees more in an object than in its JSON text. */
function readOutput(content: string): unknown {
  if (!/^\s*[{[]/.test(content)) return content;
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}
