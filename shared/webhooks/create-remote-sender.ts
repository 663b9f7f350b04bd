import { z } from "zod";
import type { OutboundReason } from "./outbound-failure.ts";
import { attemptMs, type Outgoing, type Send } from "./send.ts";

/** The attempt, and the way to the function that makes it and back. */
const mostMs = attemptMs + 10_000;

const reasons = ["denied", "unresolved", "unreachable", "insecure", "timeout", "stopped"] as const;
const durationMs = z.int().nonnegative();
const Outcome = z.union([
  z.object({
    status: z.int(),
    text: z.string(),
    isCut: z.boolean(),
    retryAfter: z.string().optional(),
    durationMs,
  }),
  z.object({ failure: z.enum(reasons satisfies readonly OutboundReason[]), message: z.string(), durationMs }),
]);

export type RemoteSenderOptions = {
  /** Of the function `deliver-webhook`. */
  url: string;
  fetch: typeof globalThis.fetch;
  /** The headers by which it knows who calls. */
  authorize: () => Promise<Record<string, string>>;
};

/** Has attempts made by the function `deliver-webhook`, which alone goes out and may do nothing else. */
export function createRemoteSender({ url, fetch, authorize }: RemoteSenderOptions): Send {
  return async (outgoing: Outgoing) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...(await authorize()), "Content-Type": "application/json" },
      body: JSON.stringify(outgoing),
      signal: AbortSignal.timeout(mostMs),
      redirect: "error",
    });
    if (!response.ok) throw new Error(`the sender of webhooks answered ${response.status}`);
    return Outcome.parse(await response.json());
  };
}
