import type { DeliveryAttempt } from "../api/webhooks.ts";
import { toTime } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import { type DeliveryDocument, endedFields } from "./delivery-document.ts";
import { parseRetryAfter, toNextDelayMs } from "./delivery-schedule.ts";
import type { SendOutcome } from "./send.ts";

const keptAttempts = 20;

/** An attempt that is over: what came of it, when it began, and when it ended (epoch ms). */
export type EndedAttempt = { outcome: SendOutcome; verdict?: Verdict; startedAt: number; endedAt: number };

/** `failed`: no further try would mend it. `gone`: nor would any other delivery get through. */
export type Verdict = "delivered" | "retry" | "failed" | "gone";

/** What an answer means where its receiver has no words of its own for it. */
export function judgeOutcome(outcome: SendOutcome): Verdict {
  if (isGone(outcome)) return "gone";
  return isDelivered(outcome) ? "delivered" : "retry";
}

/** Only 2xx is success. */
export function isDelivered(outcome: SendOutcome): boolean {
  return "status" in outcome && outcome.status >= 200 && outcome.status <= 299;
}

/** The receiver says that it is gone for good. */
export function isGone(outcome: SendOutcome): boolean {
  return "status" in outcome && outcome.status === 410;
}

/** What an attempt makes of its delivery: fields to write, and to take away. */
export function toNextDeliveryState(
  delivery: DeliveryDocument,
  { outcome, verdict = judgeOutcome(outcome), startedAt, endedAt }: EndedAttempt,
  random: Random,
): { fields: Partial<DeliveryDocument>; removes: string[] } {
  const attemptCount = delivery.attemptCount + 1;
  const tries = delivery.tries + 1;
  const attempt = toAttempt(outcome, attemptCount, startedAt);
  const told = { attemptCount, tries, attempts: [...delivery.attempts, attempt].slice(-keptAttempts) };
  if (verdict === "delivered")
    return { fields: { ...told, ...endedFields("succeeded", endedAt) }, removes: ["dueAt"] };
  const delayMs =
    verdict === "retry" ? toNextDelayMs(tries, random, toRetryAfterMs(outcome, endedAt)) : undefined;
  if (delayMs === undefined)
    return { fields: { ...told, ...endedFields("failed", endedAt) }, removes: ["dueAt"] };
  return { fields: { ...told, dueAt: toTime(endedAt + delayMs) }, removes: [] };
}

function toRetryAfterMs(outcome: SendOutcome, now: number): number {
  return "status" in outcome ? parseRetryAfter(outcome.retryAfter, now) : 0;
}

function toAttempt(outcome: SendOutcome, n: number, startedAt: number): DeliveryAttempt {
  const { durationMs } = outcome;
  const common = { n, at: toTime(startedAt), durationMs };
  if ("failure" in outcome) return { ...common, failure: outcome.failure, message: outcome.message };
  // The store takes no half of a surrogate pair, and a receiver may send one.
  const answer = outcome.text.toWellFormed();
  return { ...common, status: outcome.status, answer, ...(outcome.isCut && { isCut: true }) };
}
