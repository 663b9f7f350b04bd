import type { Clock } from "../core/clock.ts";
import type { SafeAnswer, SafeFetch } from "./create-safe-fetch.ts";
import { OutboundFailure } from "./outbound-failure.ts";
import { withoutReserved } from "./outbound-headers.ts";
import { attemptMs, type Outgoing, type Send, type SendOutcome } from "./send.ts";

/** Makes attempts from this process. */
export function createDirectSender({ safeFetch, clock }: { safeFetch: SafeFetch; clock: Clock }): Send {
  return async ({ url, headers, body }: Outgoing): Promise<SendOutcome> => {
    const startedAt = clock.elapsed();
    try {
      const request = {
        method: "POST" as const,
        headers: withoutReserved(headers),
        body,
        timeoutMs: attemptMs,
      };
      return toOutcome(await safeFetch.fetch(url, request));
    } catch (error) {
      const durationMs = Math.round(clock.elapsed() - startedAt);
      if (!(error instanceof OutboundFailure)) throw error;
      return { failure: error.reason, message: error.message, durationMs };
    }
  };
}

function toOutcome({ status, headers, text, isCut, durationMs }: SafeAnswer): SendOutcome {
  const retryAfter = headers.get("retry-after");
  return { status, text, isCut, durationMs, ...(retryAfter !== null && { retryAfter }) };
}
