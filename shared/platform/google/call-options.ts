import type { CallOptions } from "google-gax";
import { type StatusName, statusCodes } from "./status.ts";

/** How long one try of a call may take, and all its tries together. */
export type CallTimeouts = { callMs: number; totalMs: number };

/** A cold instance needs half a second for its first call; a caller waits for this, and the sweep repairs what is given up. */
export const defaultTimeouts: CallTimeouts = { callMs: 3_000, totalMs: 8_000 };

/** The client's own retry made explicit: full jitter from 100 ms, doubled up to 2 s, until the total time is over. */
export function toCallOptions(
  { callMs, totalMs }: CallTimeouts,
  retried: readonly StatusName[],
): CallOptions {
  return {
    timeout: callMs,
    retry: {
      retryCodes: retried.map((name) => statusCodes[name]),
      backoffSettings: {
        initialRetryDelayMillis: 100,
        retryDelayMultiplier: 2,
        maxRetryDelayMillis: 2_000,
        initialRpcTimeoutMillis: callMs,
        rpcTimeoutMultiplier: 1,
        maxRpcTimeoutMillis: callMs,
        totalTimeoutMillis: totalMs,
      },
    },
  };
}
