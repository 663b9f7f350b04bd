import type { ChatInput } from "../api/chat.ts";
import type { SpeechInput } from "../api/inputs.ts";
import type { SubmitTask, Usage } from "../api/task.ts";
import { totalTokens } from "../api/usage.ts";
import type { ProviderKind } from "../config/conea-config.ts";
import { type CountText, countBytes, openCountText } from "./count-text.ts";
import { toImageTokens } from "./image-tokens.ts";
import { toPictureTokens } from "./picture-tokens.ts";

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

/**
 * Around each message, tool and argument, and each request: roles, separators, what a vendor puts before them. OpenAI's take 3 and
 * 12 (cookbook, how_to_count_tokens_with_tiktoken); the others do not say.
 */
const perMessage = 12;
const perRequest = 64;
/**
 * What a vendor tells its models about tools, or about a format. The most that is published is 530:
 * https://platform.claude.com/docs/en/about-claude/pricing#tool-use-pricing
 */
const perInstructions = 1_024;
/** What is written in words beside a picture. Not proven. */
const wordsPerPicture = 1_024;
/**
 * Slow speech: two letters a second at 21 tokens (https://developers.openai.com/api/docs/pricing: 0.015 dollars a minute at 12
 * dollars per million). Not proven; but the vendor does not tell how many it wrote, so what counts is never more.
 */
const speechTokensPerLetter = 10.5;

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
    const images = input.count;
    const usage = {
      ...{ ...read(count(input.prompt) + perRequest), images, outputTokens: images * wordsPerPicture },
      imageOutputTokens: images * toPictureTokens(callee.name, input),
    };
    return { usage };
  }
  if (type === "speech") return { usage: toSpoken(input) };
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

function toSpoken({ text, instructions = "", speed = 1 }: SpeechInput): Usage {
  const characters = [...text].length;
  const audioOutputTokens = Math.ceil((characters * speechTokensPerLetter) / Math.min(1, speed));
  return { ...read(countBytes(text) + countBytes(instructions) + perRequest), characters, audioOutputTokens };
}

function read(inputTokens: number): Usage {
  return { inputTokens, cachedInputTokens: 0, outputTokens: 0 };
}

function countChat({ messages, tools, responseFormat }: ChatInput, count: CountText, { kind, name }: Callee) {
  let text = perRequest;
  let images = 0;
  for (const message of messages) {
    text += perMessage;
    for (const part of typeof message.content === "string" ? [message.content] : (message.content ?? [])) {
      if (typeof part === "string") text += count(part);
      else if (part.type === "text") text += count(part.text) + perMessage;
      else images += toImageTokens(kind, name);
    }
    if (message.role === "tool") text += count(message.toolCallId);
    const calls = message.role === "assistant" ? (message.toolCalls ?? []) : [];
    // Some vendors give each argument tags of its own.
    for (const { id, name, arguments: json } of calls)
      text += count(id) + count(name) + count(json) + perMessage * json.split(":").length;
  }
  if (tools) text += perInstructions + tools.length * perMessage + countSchema(tools);
  if (responseFormat) text += perInstructions + countSchema(responseFormat);
  return { text, images };
}

/** Vendors write schemas in words of their own, which take less than JSON with a line for each name and value. */
function countSchema(schema: unknown): number {
  return countBytes(JSON.stringify(schema, undefined, 1));
}
