import type { ChatMessage } from "../api/chat.ts";
import { hasUser, type Span, toGroups, toTurns } from "./group-messages.ts";

export type TrimLimits = {
  /** For the messages alone. */
  maxTokens: number;
  keepTurns?: number | undefined;
};

export type Trim = {
  /** What is left, in order. */
  kept: ChatMessage[];
  dropped: ChatMessage[];
  droppedTokens: number;
  /** What is left takes. */
  tokens: number;
  fits: boolean;
};

/**
 * Leaves out the oldest turns until the rest fits; where the older turns are not enough, the oldest rounds of the last one.
 * System messages, the last message of the user, the last message, and the newest `keepTurns` turns stay whatever they take;
 * a tool call and its results stay or go together. What fits is left alone. Pure.
 */
export function trimMessages(
  messages: readonly ChatMessage[],
  tokensOf: (message: ChatMessage) => number,
  { maxTokens, keepTurns }: TrimLimits,
): Trim {
  const sizes = messages.map(tokensOf);
  let tokens = sizes.reduce((sum, size) => sum + size, 0);
  const goes = new Set<number>();
  for (const unit of toUnits(messages, keepTurns)) {
    if (tokens <= maxTokens) break;
    for (const index of unit) {
      goes.add(index);
      tokens -= sizes[index] ?? 0;
    }
  }
  const droppedTokens = [...goes].reduce((sum, index) => sum + (sizes[index] ?? 0), 0);
  return {
    kept: messages.filter((_, index) => !goes.has(index)),
    dropped: messages.filter((_, index) => goes.has(index)),
    ...{ droppedTokens, tokens, fits: tokens <= maxTokens },
  };
}

/** What may go, in the order in which it goes: the places of messages that go together. */
function toUnits(messages: readonly ChatMessage[], keepTurns: number | undefined): number[][] {
  const turns = toTurns(messages, toGroups(messages));
  const older = turns.slice(0, -(keepTurns ?? 1)).map((turn) => turn.flatMap(toPlaces));
  const rounds = keepTurns === undefined ? (turns.at(-1) ?? []).slice(0, -1) : [];
  const newer = rounds.filter((group) => !hasUser(messages, group)).map(toPlaces);
  return [...older, ...newer]
    .map((places) => places.filter((index) => messages[index]?.role !== "system"))
    .filter((places) => places.length > 0);
}

function toPlaces({ from, to }: Span): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
