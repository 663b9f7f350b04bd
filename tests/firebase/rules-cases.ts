import { closedCases } from "./closed-cases.ts";
import { outputCases } from "./output-cases.ts";
import { taskCases } from "./task-cases.ts";

/** Keyed by name, so that a mutation can say which of them catches it. */
export const rulesCases = { ...taskCases, ...outputCases, ...closedCases };

export type RulesCaseName = keyof typeof rulesCases;
