import type { ChatInput, ChatMessage } from "../api/chat.ts";
import type { ProviderKind } from "../config/conea-config.ts";
import { cutRuns } from "./cut-runs.ts";

/** Whose rule counts: the model as its vendor calls it. `undefined` where it is not known which one will answer. */
export type CountedModel = { kind: ProviderKind; name: string; isVendors: boolean } | undefined;

export type TokenCounter = {
  ofText(text: string): number;
  ofMessage(message: ChatMessage): number;
  /** What a request takes beside its messages: tools, the schema of the answer, and what opens the answer. */
  ofRest(input: Pick<ChatInput, "tools" | "responseFormat">): number;
  /** By the model's own encoding. Images, tools and tool calls are estimates even so: no vendor says how it writes them. */
  isExact: boolean;
};

/** English text has about four bytes a token; three is on the safe side for most of what is sent. */
const bytesPerToken = 3;
/** What an image takes at OpenAI at most, in its usual detail. */
const imageTokens = 1_105;
/** Words that an encoding remembers: what somebody makes up must not fill the memory. */
const mostRemembered = 20_000;
/** What OpenAI puts around a message, and before the answer. */
const aroundMessage = 3;
const beforeAnswer = 3;
const aroundTools = 12;

/** A counter by the model's own rule where that is known. Encodings are loaded when they are first used. */
export async function openCounter(model: CountedModel): Promise<TokenCounter> {
  const encoding = toEncoding(model);
  if (!encoding) return createCounter((text) => Math.ceil(Buffer.byteLength(text) / bytesPerToken), false);
  const { countTokens, setMergeCacheSize } = await load[encoding]();
  setMergeCacheSize(mostRemembered);
  // A text may hold what looks like a control token: at the vendor it is text.
  const plain = { disallowedSpecial: new Set<string>() };
  const ofText = (text: string) => cutRuns(text).reduce((sum, piece) => sum + countTokens(piece, plain), 0);
  return createCounter(ofText, true);
}

/** The tokens a chat reads. */
export async function countTokens(
  input: Pick<ChatInput, "messages" | "tools" | "responseFormat">,
  model: CountedModel,
): Promise<number> {
  const counter = await openCounter(model);
  return input.messages.reduce((sum, message) => sum + counter.ofMessage(message), counter.ofRest(input));
}

const load = {
  o200k: () => import("gpt-tokenizer/encoding/o200k_base"),
  cl100k: () => import("gpt-tokenizer/encoding/cl100k_base"),
};

/** GPT-4o and all that came after it share one encoding; other vendors do not publish theirs. */
function toEncoding(model: CountedModel): keyof typeof load | undefined {
  if (model?.kind !== "openai" || !model.isVendors) return undefined;
  return /^(gpt-4(?![o.])|gpt-3)/.test(model.name) ? "cl100k" : "o200k";
}

function createCounter(ofText: (text: string) => number, isExact: boolean): TokenCounter {
  const ofCalls = ({ toolCalls = [] }: Extract<ChatMessage, { role: "assistant" }>) =>
    toolCalls.reduce(
      (sum, call) => sum + aroundMessage + ofText(call.name) + ofText(call.arguments) + ofText(call.id),
      0,
    );
  return {
    ofText,
    ofMessage(message) {
      const inner = ofContent(message.content, ofText);
      const calls = message.role === "assistant" ? ofCalls(message) : 0;
      const answered = message.role === "tool" ? ofText(message.toolCallId) : 0;
      return aroundMessage + ofText(message.role) + inner + calls + answered;
    },
    ofRest({ tools, responseFormat }) {
      const schema =
        responseFormat?.type === "json_schema" ? ofText(JSON.stringify(responseFormat.schema)) : 0;
      return beforeAnswer + schema + (tools ? aroundTools + ofText(JSON.stringify(tools)) : 0);
    },
    isExact,
  };
}

function ofContent(content: ChatMessage["content"], ofText: (text: string) => number): number {
  if (content === undefined) return 0;
  if (typeof content === "string") return ofText(content);
  return content.reduce((sum, part) => sum + (part.type === "text" ? ofText(part.text) : imageTokens), 0);
}
