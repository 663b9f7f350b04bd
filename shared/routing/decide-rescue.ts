import type { RouteCandidate } from "../api/route.ts";
import type { RetryConfig } from "../config/conea-config.ts";
import type { Random } from "../core/random.ts";
import { shortWaitMs } from "../queue/rests-until.ts";
import { backoffMs } from "../tasks/backoff.ts";

/** How the candidates of a task have fared since it was submitted or replayed, by their index. */
export type RescueState = {
  /** Calls that failed by the provider's fault. */
  tries: number[];
  /** Calls that were refused as too many. */
  limited: number[];
  /** Never called again for this task. */
  spent: number[];
  /** Refused to go on from a text: starts anew. */
  anew: number[];
  /** Asked for silence until then (epoch ms), 0 where it did not; absent where none has. */
  quietUntil?: number[];
};

export const freshRescue: RescueState = { tries: [], limited: [], spent: [], anew: [] };

/** How a call of the candidate whose turn it was has failed. */
export type Failure = {
  /** As in the task's error: `provider_overloaded`, `worker_lost`, … */
  code: string;
  retryable: boolean;
  retryAfterMs?: number;
  /** It was to go on from the text of an earlier attempt. */
  continued?: boolean;
  /** A text that a candidate with prefill could go on from was delivered by then. */
  hasText?: boolean;
};

export type RescueQuestion = {
  candidates: readonly RouteCandidate[];
  at: number;
  state: RescueState;
  failure: Failure;
  retry: RetryConfig;
  random: Random;
  /** Epoch ms. */
  now: number;
  /** Not called for this task: nobody pays for it. */
  barred?: readonly number[];
};

/** What to do next: call a candidate after a delay, or end with the error. */
export type Decision =
  | { kind: "call"; at: number; afterMs: number; state: RescueState }
  | { kind: "end"; state: RescueState };

/** Refusals as too many: after how many another one is asked, and after how many nobody asks again. */
const limitedBeforeOthers = 3;
const mostLimited = 6;
/** The wait after a first refusal without `Retry-After` at most; at least half of it. With each one it doubles. */
const limitedBaseMs = 1_000;
const limitedMaxMs = 8_000;

/** Another candidate would be told the same. */
const endsAll: ReadonlySet<string> = new Set(["provider_content_refused", "provider_invalid_request"]);
/** This candidate would do the same again; others may not. */
const endsOne: ReadonlySet<string> = new Set([
  "provider_timeout",
  "provider_authentication",
  "provider_model_not_found",
]);

/** Who is called next for a task whose call has failed. Pure, but for the dice of the backoff. */
export function decideRescue(question: RescueQuestion): Decision {
  const { barred = [] } = question;
  if (barred.length === 0) return decide(question);
  const decision = decide({ ...question, state: withSpent(question.state, [...barred]) });
  return decision.kind === "call" && barred.includes(decision.at) ? goOn(question, decision.state) : decision;
}

function decide(question: RescueQuestion): Decision {
  const { failure, state, at } = question;
  const { code, retryable, continued } = failure;
  if (continued && code === "provider_invalid_request")
    return { kind: "call", at, afterMs: 0, state: { ...state, anew: [...state.anew, at] } };
  if (endsAll.has(code)) return { kind: "end", state };
  if (code === "provider_context_too_long") return goToLarger(question);
  if (endsOne.has(code)) return goOn(question, withSpent(state, [at]));
  if (!retryable) return { kind: "end", state };
  return code === "provider_rate_limited" ? afterLimit(question) : afterFault(question);
}

function afterLimit(question: RescueQuestion): Decision {
  const { failure, at, retry, random } = question;
  const state = withQuiet({ ...question.state, limited: counted(question.state.limited, at) }, question);
  const limited = state.limited[at] ?? 1;
  const afterMs = failure.retryAfterMs ?? limitedDelayMs(limited, retry, random);
  const isPatient =
    failure.retryAfterMs === undefined ? limited < limitedBeforeOthers : afterMs <= shortWaitMs;
  const stay: Decision = { kind: "call", at, afterMs, state };
  if (isPatient && limited < mostLimited) return stay;
  const elsewhere = goOn(question, state);
  // Being told to slow down ends no task.
  return elsewhere.kind === "end" ? stay : elsewhere;
}

/** Half of it is sure, half is thrown: whoever is refused spreads out, and nobody hammers. */
function limitedDelayMs(limited: number, { maxMs }: RetryConfig, random: Random): number {
  const ceiling = Math.min(Math.max(maxMs, limitedMaxMs), limitedBaseMs * 2 ** Math.min(limited - 1, 20));
  return Math.ceil(ceiling / 2 + (random() * ceiling) / 2);
}

function afterFault(question: RescueQuestion): Decision {
  const { failure, at, retry, random } = question;
  const { code, retryAfterMs = 0, hasText = false } = failure;
  const state = withQuiet({ ...question.state, tries: counted(question.state.tries, at) }, question);
  const tries = state.tries[at] ?? 1;
  const afterMs = code === "worker_lost" ? 0 : Math.max(retryAfterMs, backoffMs(tries, retry, random));
  const stay: Decision = { kind: "call", at, afterMs, state };
  const canStay = tries < retry.attempts;
  const [next] = others(question, state);
  // Whoever can go on from what was delivered rescues all of it; anew, the caller may see another beginning.
  const rescuesMore = hasText && continues(question, state, next) && !continues(question, state, at);
  if (canStay && retryAfterMs <= shortWaitMs && !rescuesMore) return stay;
  if (next !== undefined) return call(question, state, next);
  return canStay ? stay : { kind: "end", state };
}

function continues(
  { candidates }: RescueQuestion,
  { anew }: RescueState,
  index: number | undefined,
): boolean {
  return index !== undefined && candidates[index]?.prefill === true && !anew.includes(index);
}

/** Only one that is known to take more; whoever takes no more is spent. */
function goToLarger(question: RescueQuestion): Decision {
  const { candidates, at, state } = question;
  const known = candidates[at]?.contextTokens ?? 0;
  const small = candidates.flatMap(({ contextTokens = 0 }, index) => (contextTokens <= known ? [index] : []));
  return goOn(question, withSpent(state, [at, ...small]));
}

function goOn(question: RescueQuestion, state: RescueState): Decision {
  const [next] = others(question, state);
  return next === undefined ? { kind: "end", state } : call(question, state, next);
}

/** One that refused before is not asked again at once, nor before the time it asked for. */
function call({ retry, random, now }: RescueQuestion, state: RescueState, at: number): Decision {
  const limited = state.limited[at] ?? 0;
  const afterMs = limited > 0 ? limitedDelayMs(limited, retry, random) : 0;
  return { kind: "call", at, afterMs: Math.max(afterMs, (state.quietUntil?.[at] ?? 0) - now), state };
}

/** With the silence that the candidate whose call has failed asked for. */
function withQuiet(state: RescueState, { failure, at, now }: RescueQuestion): RescueState {
  const { quietUntil = [] } = state;
  if (failure.retryAfterMs === undefined) return state;
  const until = now + failure.retryAfterMs;
  const length = Math.max(quietUntil.length, at + 1);
  return {
    ...state,
    quietUntil: Array.from({ length }, (_, index) => (index === at ? until : (quietUntil[index] ?? 0))),
  };
}

/** The other candidates that may still be called: who goes on from a text, then who refused least, then in order. */
function others(question: RescueQuestion, state: RescueState): number[] {
  const { candidates, at, retry, failure } = question;
  const rank = (index: number) => Number(failure.hasText !== true || !continues(question, state, index));
  const limited = (index: number) => state.limited[index] ?? 0;
  return availableCandidates(candidates.length, state, retry)
    .filter((index) => index !== at)
    .toSorted((a, b) => rank(a) - rank(b) || limited(a) - limited(b) || a - b);
}

/** Those that have neither used up their tries nor shown that they cannot. */
export function availableCandidates(
  count: number,
  { spent, tries }: RescueState,
  retry: RetryConfig,
): number[] {
  return Array.from({ length: count }, (_, index) => index).filter(
    (index) => !spent.includes(index) && (tries[index] ?? 0) < retry.attempts,
  );
}

function withSpent(state: RescueState, indexes: number[]): RescueState {
  return { ...state, spent: [...new Set([...state.spent, ...indexes])].toSorted((a, b) => a - b) };
}

/** The counts with one more at an index; those before it that were never counted are 0. */
function counted(counts: number[], at: number): number[] {
  return Array.from(
    { length: Math.max(counts.length, at + 1) },
    (_, index) => (counts[index] ?? 0) + Number(index === at),
  );
}
