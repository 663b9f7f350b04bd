import { afterFailure, afterSuccess, toPresent, withoutProbe } from "./breaker.ts";
import { fromStarts, toStarts } from "./in-flight.ts";
import type { Queue, QueueDocument } from "./queue-document.ts";
import { correctTokens, tightenTokens } from "./token-window.ts";

/** What a process has to tell a queue of a claim of its own that has ended. */
export type Report = {
  /** As `claimKey` makes it. */
  claim: string;
  /** Its end is known to be told of. Where somebody else ended the task, the sweep has to see to that. */
  isTold: boolean;
  /** What the call says of the provider: it answered, it failed, or nothing was learnt. */
  health: "good" | "bad" | "unknown";
  /** When the call ended, by the process's elapsed time. */
  endedAt: number;
  /** Tokens used beyond the estimate; negative when fewer. */
  tokensOver: number;
  /** The provider asks for silence for so long from now. */
  quietMs?: number;
  /** The provider said how many tokens are left, and for how long from now that holds. */
  tokensLeft?: { tokens: number; forMs: number; isScarce: boolean };
};

/** One moment by two clocks: the store's (epoch ms), and the elapsed time of the process that reports. */
export type Moment = { now: number; elapsed: number };

/** The queue's state with what was reported, at `moment`. */
export function applyReports(
  state: QueueDocument,
  reports: Report[],
  queue: Queue,
  moment: Moment,
): QueueDocument {
  const { now } = moment;
  const inFlight = toStarts(state.inFlight);
  const unconfirmed = { ...state.unconfirmed };
  let next: QueueDocument = { ...state, breaker: toPresent(state.breaker, now) };
  for (const report of reports) {
    const startBy = inFlight.get(report.claim);
    // Written already by a claim whose answer had not come when this one was made.
    if (startBy === undefined) continue;
    next = applyReport(next, report, { queue, moment, startBy });
    inFlight.delete(report.claim);
    if (!report.isTold) unconfirmed[report.claim] = now;
  }
  return { ...next, inFlight: fromStarts(inFlight), unconfirmed };
}

type At = { queue: Queue; moment: Moment; startBy: number };

function applyReport(state: QueueDocument, report: Report, { queue, moment, startBy }: At): QueueDocument {
  const { tokensLeft } = report;
  const { now } = moment;
  const corrected = correctTokens(state.tokens, queue.limits.tokens, report.tokensOver, startBy);
  return {
    ...state,
    breaker: toBreaker(state, report, queue, moment),
    callMs: toCallMs(state, report, startBy, moment),
    retryAfterUntil: Math.max(state.retryAfterUntil, report.quietMs === undefined ? 0 : now + report.quietMs),
    tokens: tokensLeft
      ? tightenTokens(corrected, { tokens: tokensLeft.tokens, until: now + tokensLeft.forMs }, now)
      : corrected,
  };
}

/** When a call ended, by the store's clock. */
function toEndedAt({ endedAt }: Report, { now, elapsed }: Moment): number {
  return Math.min(now, now - (elapsed - endedAt));
}

/** What a new call counts for in the average. */
const newest = 0.2;

function toCallMs({ callMs = 0 }: QueueDocument, report: Report, startBy: number, moment: Moment): number {
  if (report.health !== "good") return callMs;
  const tookMs = Math.max(0, toEndedAt(report, moment) - startBy);
  return Math.round(callMs === 0 ? tookMs : callMs * (1 - newest) + tookMs * newest);
}

function toBreaker({ breaker }: QueueDocument, report: Report, queue: Queue, moment: Moment) {
  const { claim, health } = report;
  const { now } = moment;
  const call = { claim, endedAt: toEndedAt(report, moment) };
  if (health === "good") return afterSuccess(breaker, call, queue.breaker);
  if (health === "bad") return afterFailure(breaker, call, queue.breaker, now);
  return withoutProbe(breaker, claim);
}

/** Whether the end of any call matters to what others may claim: it frees a place, or mends a breaker. */
export function everyEndMatters({ breaker }: QueueDocument, { limits }: Queue): boolean {
  return limits.concurrency !== undefined || breaker.state !== "closed" || breaker.failedAt.length > 0;
}

/** Whether a report by itself may not wait for the next claim. */
export function isUrgent(report: Report, { limits }: Queue): boolean {
  const { health, tokensOver, quietMs, tokensLeft } = report;
  const tokens = limits.tokens !== undefined && tokensOver !== 0;
  return health === "bad" || tokens || quietMs !== undefined || tokensLeft?.isScarce === true;
}

/** Whether a report tells others to hold back, rather than that they may go on. */
export function isWarning({ health, tokensOver, quietMs, tokensLeft }: Report): boolean {
  return health === "bad" || tokensOver > 0 || quietMs !== undefined || tokensLeft?.isScarce === true;
}
