import type { Measure } from "../api/allowances.ts";
import { totalTokens } from "../api/usage.ts";
import type { Ended, Reserved, Truth } from "./allowances.ts";

/** What an ended task is known to have used in all its runs. */
export function toTruth(task: Ended): Truth {
  const tokens =
    task.usedTokens ?? task.attempts.reduce((sum, { usage }) => sum + (usage ? totalTokens(usage) : 0), 0);
  return { micros: task.cost.micros ?? 0, tokens };
}

/** It was cancelled during a call of which nothing is known yet: its provider may charge what it likes. */
export function isOpen({ status, attempts, attemptCount }: Ended): boolean {
  return status === "cancelled" && attemptCount > (attempts.at(-1)?.n ?? 0);
}

/** A worker disappeared during a call of its present run, which may have been charged. */
function hasLost({ attempts, attemptsBefore = 0 }: Ended): boolean {
  return attempts.some(({ n, outcome, usage }) => n > attemptsBefore && outcome === "lost" && !usage);
}

/** What is spent of one allowance by a task that has ended, and by how much each slice that was reserved from shrinks. */
export type Accounted = { allowance: string; spent: number; slices: Record<string, number> };

/** What each allowance learns of an ended task. Where its truth is not known, all that was reserved is spent. */
export function toAccounted(task: Ended): Accounted[] {
  const byAllowance = Map.groupBy(task.reserved ?? [], ({ allowance }) => allowance);
  return [...byAllowance].map(([allowance, held]) => {
    const slices: Record<string, number> = {};
    for (const { slice, amount } of held) slices[slice] = (slices[slice] ?? 0) + amount;
    return { allowance, spent: toSpent(task, held), slices };
  });
}

function toSpent(task: Ended, held: Reserved[]): number {
  const measure = held[0]?.measure ?? "activeTasks";
  if (measure === "activeTasks") return 0;
  const reserved = held.reduce((sum, { amount }) => sum + amount, 0);
  const used = Math.max(0, usedOf(measure, toTruth(task)) - usedOf(measure, task.accounted));
  const isAllKnown = (measure !== "micros" || task.cost.known) && !isOpen(task) && !hasLost(task);
  return isAllKnown ? used : Math.max(used, reserved);
}

function usedOf(measure: Measure, truth: Truth | undefined): number {
  return (measure === "micros" ? truth?.micros : truth?.tokens) ?? 0;
}
