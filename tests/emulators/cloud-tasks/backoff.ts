import type { QueueConfig } from "./queue-config.ts";

/** How long after its `failures`-th failure (1 is the first) a task is tried again: doubling, then linear, then flat. */
export function toBackoffMs(
  { minBackoffMs, maxBackoffMs, doublings }: QueueConfig,
  failures: number,
): number {
  const doubled = minBackoffMs * 2 ** Math.min(failures - 1, doublings);
  const further = Math.max(0, failures - 1 - doublings);
  return Math.min(maxBackoffMs, doubled * (1 + further));
}

/** Whether a task that failed is given up: both limits must be reached, where both are set. */
export function isGivenUp(
  { attempts, retryForMs }: QueueConfig,
  failures: number,
  sinceFirstMs: number,
): boolean {
  if (attempts !== -1 && failures < attempts) return false;
  if (retryForMs > 0) return sinceFirstMs >= retryForMs;
  return attempts !== -1;
}
