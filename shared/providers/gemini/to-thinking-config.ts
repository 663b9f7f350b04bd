import type { ThinkingConfig, ThinkingLevel } from "@google/genai";
import type { ReasoningEffort } from "../../api/chat.ts";
import { toThinking } from "./model-family.ts";

/** Tokens of thought per effort, as the vendor's own OpenAI-compatible surface has them. */
const budgets: Record<ReasoningEffort, number> = {
  none: 0,
  minimal: 0,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};

/** Pro models cannot stop thinking; this is the least they take. */
const leastProBudget = 128;

/** `minimal` is known to be a level of Gemini 3 Flash and 3.1 Flash-Lite alone; `low` is one of all. */
const hasMinimal = /gemini-3(\.1)?-flash/;

/** How much a model may think. Models that do not think are told nothing. */
export function toThinkingConfig(
  effort: ReasoningEffort | undefined,
  model: string,
): ThinkingConfig | undefined {
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

const levels: Record<ReasoningEffort, "minimal" | "low" | "medium" | "high"> = {
  none: "minimal",
  minimal: "minimal",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
};

function toLevel(effort: ReasoningEffort, model: string): ThinkingLevel {
  const known = levels[effort];
  const level = known === "minimal" && !hasMinimal.test(model) ? "low" : known;
  // The SDK's enum cannot be had without loading the SDK; its values are these words.
  return level.toUpperCase() as ThinkingLevel;
}
