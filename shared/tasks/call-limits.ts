import type { ProviderConfig, RetryConfig } from "../config/conea-config.ts";
import { availableCandidates, freshRescue } from "../routing/decide-rescue.ts";
import type { ModelHealth } from "../routing/model-health.ts";
import type { TaskDocument } from "./task-document.ts";
import type { StallLimits } from "./watch-stall.ts";

export type CallLimits = StallLimits & { totalMs: number };

const longestCallMs = 300_000;
/** Where another candidate stands by: how long the first token of one that was never measured may take, */
const firstTokenMs = 10_000;
/** and how much longer than usual one may take that was, but no longer than this; */
const usualTimes = 3;
const longestFirstTokenMs = 60_000;
/** a model that is asked to think says nothing meanwhile; */
const thinkingTimes = 6;
/** and how long it may pause once it has begun. */
const idleMs = 30_000;

/**
 * How long a call may take. What the provider's `timeouts` say holds; where they say nothing and another candidate stands
 * by, a stream that does not begin, or stands still, is given up long before its total time. Pure.
 */
export function callLimits(
  timeouts: Partial<ProviderConfig["timeouts"]> | undefined,
  task: Pick<TaskDocument, "route" | "rescue" | "input">,
  { retry, health }: { retry: RetryConfig; health: ModelHealth | undefined },
): CallLimits {
  const { totalMs = longestCallMs, ...stalls } = timeouts ?? {};
  if (!hasStandby(task, retry)) return { totalMs, ...stalls };
  return {
    totalMs,
    firstTokenMs: stalls.firstTokenMs ?? patienceMs(task, health),
    idleMs: stalls.idleMs ?? idleMs,
  };
}

function hasStandby(
  { route, rescue = freshRescue }: Pick<TaskDocument, "route" | "rescue">,
  retry: RetryConfig,
) {
  if (!route) return false;
  const { candidates, at } = route;
  return availableCandidates(candidates.length, rescue, retry).some((index) => index !== at);
}

function patienceMs({ input }: Pick<TaskDocument, "input">, health: ModelHealth | undefined): number {
  const thinks =
    "reasoningEffort" in input && input.reasoningEffort !== "minimal" && input.reasoningEffort !== "none";
  const usualMs = Math.min(longestFirstTokenMs, usualTimes * (health?.firstTokenMs ?? 0));
  return Math.max(thinks ? thinkingTimes * firstTokenMs : firstTokenMs, usualMs);
}
