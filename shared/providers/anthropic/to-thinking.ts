import type { ChatInput, ReasoningEffort } from "../../api/chat.ts";
import { toModelFamily } from "./model-family.ts";

type Thinking = { type: "enabled"; budget_tokens: number } | { type: "adaptive" };

export type Reasoning = {
  /** Required by the vendor. Tokens of thought count towards it. */
  max_tokens: number;
  thinking?: Thinking;
  effort?: "low" | "medium" | "high";
};

/** Tokens for the answer itself, where the caller sets no limit. */
const answerTokens = 4_096;
/** The vendor refuses smaller budgets. */
const leastBudget = 1_024;
/** Tokens of thought per effort; `none` and `minimal` mean none where that can be had. */
const budgets: Record<ReasoningEffort, number> = {
  none: 0,
  minimal: 0,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};

/**
 * How much a model may think and write. Models with a budget never spend more than half of the caller's limit on
 * thought. Thinking is left out where the vendor refuses it: when a tool is forced, and, on models with a budget, when
 * the answer goes on from an assistant's turn whose thoughts are not kept (after tool results, or from a prefill).
 */
export function toReasoning(input: ChatInput, model: string): Reasoning {
  const { thinking } = toModelFamily(model);
  if (thinking === "effort") return toEffort(input);
  const budget = thinking === "budget" && !goesOn(input) ? toBudget(input) : 0;
  if (budget < leastBudget) return { max_tokens: input.maxOutputTokens ?? answerTokens };
  return {
    max_tokens: input.maxOutputTokens ?? answerTokens + budget,
    thinking: { type: "enabled", budget_tokens: budget },
  };
}

/** The newest models think unless told otherwise, so the default limit leaves room for it. */
function toEffort(input: ChatInput): Reasoning {
  const { reasoningEffort: effort, maxOutputTokens } = input;
  const max_tokens = maxOutputTokens ?? answerTokens + budgets[effort ?? "high"];
  if (!effort) return { max_tokens };
  if (effort === "none" || effort === "minimal") return { max_tokens, effort: "low" };
  const known = effort === "low" || effort === "medium" ? effort : "high";
  return { max_tokens, effort: known, ...(!forcesTool(input) && { thinking: { type: "adaptive" } }) };
}

function toBudget(input: ChatInput): number {
  if (!input.reasoningEffort || forcesTool(input)) return 0;
  const wanted = budgets[input.reasoningEffort];
  return Math.min(wanted, Math.floor((input.maxOutputTokens ?? Number.POSITIVE_INFINITY) / 2));
}

function forcesTool({ tools, toolChoice }: ChatInput): boolean {
  return tools !== undefined && (toolChoice === "required" || typeof toolChoice === "object");
}

function goesOn({ messages }: ChatInput): boolean {
  const last = messages.at(-1);
  return last?.role === "tool" || last?.role === "assistant";
}
