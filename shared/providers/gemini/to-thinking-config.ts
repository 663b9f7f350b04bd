import type { ThinkingConfig, ThinkingLevel } from "@google/genai";
import type { ChatInput } from "../../api/chat.ts";
import { toThinking } from "./model-family.ts";

type Effort = NonNullable<ChatInput["reasoningEffort"]>;

/** Tokens of thought per effort, as the vendor's own OpenAI-compatible surface has them. */
const budgets: Record<Effort, number> = { minimal: 0, low: 1_024, medium: 8_192, high: 24_576 };

/** Pro models cannot stop thinking; this is the least they take. */
const leastProBudget = 128;

/** `minimal` is known to be a level of Gemini 3 Flash and 3.1 Flash-Lite alone; `low` is one of all. */
const hasMinimal = /gemini-3(\.1)?-flash/;

/** How much a model may think. Models that do not think are told nothing. */
export function toThinkingConfig(effort: Effort | undefined, model: string): ThinkingConfig | undefined {
  if (!effort) return undefined;
  switch (toThinking(model)) {
    case "none":
      return undefined;
    case "budget":
      return { thinkingBudget: Math.max(budgets[effort], /-pro/.test(model) ? leastProBudget : 0) };
    case "level":
      return { thinkingLevel: toLevel(effort, model) };
  }
}

function toLevel(effort: Effort, model: string): ThinkingLevel {
  const level = effort === "minimal" && !hasMinimal.test(model) ? "low" : effort;
  // The SDK's enum cannot be had without loading the SDK; its values are these words.
  return level.toUpperCase() as ThinkingLevel;
}
