import type { ChatInput, ChatMessage } from "../api/chat.ts";
import type { Trimmed, TrimRequest } from "../api/trim.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { TokenCounter } from "./count-tokens.ts";
import { type Trim, trimMessages } from "./trim-messages.ts";

/** Sums up what is left out, in at most so many tokens. */
export type Summarise = (dropped: ChatMessage[], mostTokens: number) => Promise<Summary>;

export type Summary = { task?: string } & ({ text: string } | { reason: NonNullable<Trimmed["reason"]> });

export type TrimmedInput = { input: ChatInput; trimmed?: Trimmed };

/** What a summary may take: a quarter of all, and no more than is read with ease. */
const largestSummary = 1_024;
const smallestSummary = 32;

/** A chat cut to what its caller wants it to read. Throws `invalid_request` where what is always kept does not fit. */
export async function trimInput(
  input: ChatInput,
  asked: TrimRequest,
  counter: TokenCounter,
  summarise: Summarise,
): Promise<TrimmedInput> {
  const { maxInputTokens, keepTurns, strategy } = asked;
  const sizes = new Map(input.messages.map((message) => [message, counter.ofMessage(message)]));
  const tokensOf = (message: ChatMessage) => sizes.get(message) ?? 0;
  const rest = counter.ofRest(input);
  const trimTo = (maxTokens: number) =>
    trimMessages(input.messages, tokensOf, { maxTokens: maxTokens - rest, keepTurns });
  const plain = trimTo(maxInputTokens);
  if (!plain.fits) throw doesNotFit(plain, { rest, tokensOf });
  if (plain.dropped.length === 0) return { input };
  const isEstimated = !counter.isExact || !isPlain(input);
  const cut = toCut(input, plain, isEstimated);
  if (strategy === "oldest") return cut;
  const room = Math.min(largestSummary, Math.floor(maxInputTokens / 4));
  const roomy = trimTo(maxInputTokens - room);
  if (!roomy.fits || room < smallestSummary) return withoutSummary(cut, { reason: "too_long" });
  const summary = await summarise(roomy.dropped, room);
  if ("reason" in summary) return withoutSummary(cut, summary);
  const message = toSummaryMessage(summary.text);
  if (counter.ofMessage(message) + roomy.tokens + rest > maxInputTokens)
    return withoutSummary(cut, { ...summary, reason: "too_long" });
  return withSummary(toCut(input, roomy, isEstimated), roomy, { message, ...summary });
}

/** Of text alone: how a vendor writes tools, calls and images to its model is not known. */
function isPlain({ messages, tools, responseFormat }: ChatInput): boolean {
  const isText = (message: ChatMessage) =>
    typeof message.content === "string" && message.role !== "tool" && !("toolCalls" in message);
  return !tools && responseFormat?.type !== "json_schema" && messages.every(isText);
}

function toCut(input: ChatInput, { kept, dropped, droppedTokens }: Trim, isEstimated: boolean) {
  const trimmed: Trimmed = {
    ...{ droppedMessages: dropped.length, droppedTokens },
    ...(isEstimated && { estimated: true as const }),
  };
  return { input: { ...input, messages: kept }, trimmed };
}

function withoutSummary(
  { input, trimmed }: Required<TrimmedInput>,
  { task, reason }: { task?: string; reason: NonNullable<Trimmed["reason"]> },
): TrimmedInput {
  return {
    input,
    trimmed: { ...trimmed, summarised: false, ...(task && { summaryTask: task }), reason },
  };
}

/** It stands before the first message that is left of the conversation. */
function withSummary(
  { input, trimmed }: Required<TrimmedInput>,
  { kept }: Trim,
  { message, task }: { message: ChatMessage; task?: string },
): TrimmedInput {
  const at = kept.findIndex(({ role }) => role !== "system");
  const messages = [...kept.slice(0, at), message, ...kept.slice(at)];
  return {
    input: { ...input, messages },
    trimmed: { ...trimmed, summarised: true, ...(task && { summaryTask: task }) },
  };
}

/** Of the user and not of the system: what users have said must not come back with more weight than it had. */
export function toSummaryMessage(text: string): ChatMessage {
  return { role: "user", content: `(What was said before, summed up:)\n${text}` };
}

type Parts = { rest: number; tokensOf: (message: ChatMessage) => number };

function doesNotFit({ kept, tokens }: Trim, { rest, tokensOf }: Parts): ConeaError {
  const systems = kept.filter(({ role }) => role === "system");
  const system = systems.reduce((sum, message) => sum + tokensOf(message), 0);
  const parts = `system messages ${system}, the turns that are kept ${tokens - system}, tools and the rest ${rest}`;
  const message = `must be at least ${tokens + rest}: what is always kept takes that many tokens (${parts})`;
  return new ConeaError("invalid_request", `The chat cannot be trimmed: maxInputTokens ${message}.`, {
    fields: [{ field: "input.trim.maxInputTokens", message }],
  });
}
