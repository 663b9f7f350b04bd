import type { RetryConfig } from "../config/conea-config.ts";
import type { Random } from "../core/random.ts";

/** Exponential backoff with full jitter: anywhere below `baseMs · 2^(failures-1)`, at most `maxMs`, in milliseconds. */
export function backoffMs(failures: number, { baseMs, maxMs }: RetryConfig, random: Random): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 40));
  return Math.floor(random() * ceiling);
}
