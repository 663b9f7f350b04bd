import type { ChatInput } from "../api/chat.ts";
import type { SubmitTask, Usage } from "../api/task.ts";
import { totalTokens } from "../api/usage.ts";
import type { ProviderKind } from "../config/conea-config.ts";
import { type CountText, openCountText } from "./count-text.ts";

/** What a call can use at most, before it is known. */
export type UpperBound = {
  /** By the classes that are certain; what is read may yet be billed as another class of reading. */
  usage: Usage;
  /** The most it may write, to be sent to the vendor as its limit. Absent where nothing written is limited so. */
  outputTokens?: number;
};

/** Who is called. */
export type Callee = {
  /** The vendor; `undefined` for another server that speaks its protocol. */
  kind: ProviderKind | undefined;
  /** The vendor's name of the model. */
  name: string;
  maxOutputTokens?: number;
};

/** What is written at most where neither the request nor the catalogue says. */
export const defaultOutputTokens = 4_096;

/** Around each message and each request: roles, separators, what a vendor puts before them. */
const perMessage = 12;
const perRequest = 64;
/** What a vendor tells its models about tools. Not proven: to be held against its documentation. */
const perTools = 600;

/** The most tokens of one image. Not proven: to be held against the vendors' documentation. */
const imageTokens: Record<ProviderKind, number> = {
  // gpt-4o-mini: 2,833 and 5,667 for each of 8 tiles; others have less.
  openai: 48_169,
  // 2,576 pixels a side at most.
  anthropic: 4_784,
  gemini: 4_096,
  unsplash: 0,
};
/** The most that is written for a picture. Not proven. */
const pictureTokens = 16_384;
/** Slow speech: four letters a second at 25 tokens. Not proven. */
const speechTokensPerLetter = 7;

/**
 * The most that a call of a model can use. `undefined` where no bound is known: for audio whose length nobody has measured.
 * Text is counted by the model's own rule where it is known, else by its bytes.
 */
export async function toUpperBound(
  request: Pick<SubmitTask, "type" | "input">,
  callee: Callee,
): Promise<UpperBound | undefined> {
  const { type, input } = request as SubmitTask;
  const count = await openCountText(callee.kind, callee.name);
  if (type === "chat") {
    const { text, images } = countChat(input, count, callee);
    return toWritten({ ...read(text), ...(images > 0 && { imageInputTokens: images }) }, input, callee);
  }
  if (type === "completion")
    return toWritten(read(count(input.prompt) + count(input.suffix ?? "") + perRequest), input, callee);
  if (type === "embedding") {
    const texts = [input.input].flat();
    return { usage: read(texts.reduce((sum, text) => sum + count(text) + perMessage, 0)) };
  }
  if (type === "image_search") return { usage: read(0) };
  if (type === "image_generation") {
    const images = "count" in input ? input.count : 1;
    return {
      usage: { ...read(count(input.prompt) + perRequest), images, imageOutputTokens: images * pictureTokens },
    };
  }
  if (type === "speech") {
    const letters = [...JSON.stringify(input)].length;
    return {
      usage: {
        ...read(letters * 4),
        characters: letters,
        audioOutputTokens: letters * speechTokensPerLetter,
      },
    };
  }
  return undefined;
}

/** All tokens of it together. */
export function upperTokens({ usage }: UpperBound): number {
  return totalTokens(usage);
}

/** The same with a lower limit of what is written. */
export function withOutput(bound: UpperBound, outputTokens: number): UpperBound {
  return { usage: { ...bound.usage, outputTokens }, outputTokens };
}

function toWritten(
  usage: Usage,
  { maxOutputTokens }: { maxOutputTokens?: number | undefined },
  callee: Callee,
): UpperBound {
  const outputTokens = Math.min(
    maxOutputTokens ?? callee.maxOutputTokens ?? defaultOutputTokens,
    callee.maxOutputTokens ?? Number.POSITIVE_INFINITY,
  );
  return { usage: { ...usage, outputTokens }, outputTokens };
}

function read(inputTokens: number): Usage {
  return { inputTokens, cachedInputTokens: 0, outputTokens: 0 };
}

function countChat({ messages, tools, responseFormat }: ChatInput, count: CountText, { kind }: Callee) {
  let text = perRequest;
  let images = 0;
  for (const message of messages) {
    text += perMessage;
    for (const part of typeof message.content === "string" ? [message.content] : (message.content ?? [])) {
      if (typeof part === "string") text += count(part);
      else if (part.type === "text") text += count(part.text) + perMessage;
      else images += imageTokens[kind ?? "openai"];
    }
    if (message.role === "tool") text += count(message.toolCallId);
    const calls = message.role === "assistant" ? (message.toolCalls ?? []) : [];
    for (const { id, name, arguments: json } of calls)
      text += count(id) + count(name) + count(json) + perMessage;
  }
  // Vendors write schemas in words of their own, in fewer bytes than JSON takes.
  if (tools) text += perTools + tools.length * perMessage + Buffer.byteLength(JSON.stringify(tools));
  if (responseFormat) text += perRequest + Buffer.byteLength(JSON.stringify(responseFormat));
  return { text, images };
}
