import type { Amount, Extension, Reserved } from "../allowances/allowances.ts";
import {
  type BoundedCall,
  type CallNeeds,
  toCallNeeds,
  toOutputLimit,
} from "../allowances/needs-for-call.ts";
import { toReservedFields } from "../allowances/to-reserved-fields.ts";
import { upperTokens, withOutput } from "../allowances/upper-bound.ts";
import { upperCost } from "../allowances/upper-cost.ts";
import { totalTokens } from "../api/usage.ts";
import { sleep } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { toBoundedCall } from "./bound-calls.ts";
import type { ReserveDeps } from "./reserve-task.ts";
import type { TaskDocument } from "./task-document.ts";

/** How a further call of a task is paid: what its document must carry before it is made. */
export type Funded = {
  fields: Pick<TaskDocument, "reserved" | "slices" | "outputCap">;
  /** What was reserved beside: to be given back, or left, where the fields are not written. */
  extension?: Extension;
};

type Measured = "micros" | "tokens";
type Amounts = { [measure in Measured]?: number };

const free: Funded = { fields: {} };
/** A text that another model goes on from is read by it: of no token it makes more than this. */
const bytesPerToken = 4;
const mostTries = 4;
const pauseMs = 100;

/**
 * Has the next call of a task, by one candidate of its route, paid: by what is left of what the task has reserved, where that lets
 * it answer at least in short, else by reserving more. `undefined` where that is refused: then the call may not be made. Rejects
 * where the store does not answer.
 */
export async function fundCall(
  deps: ReserveDeps,
  task: TaskDocument,
  at = task.route?.at ?? 0,
): Promise<Funded | undefined> {
  const { reserved = [] } = task;
  const held = toHeld(reserved);
  const governed = new Set(Object.keys(held));
  if (governed.size === 0) return free;
  const call = await toCall(deps, task, at);
  const needs = toNeeds(deps, call, governed);
  if (!needs) return undefined;
  const used = await toUsed(deps, task);
  const left = minus(held, used);
  const more = toMore(needs, left);
  if (!more) return { fields: toCapField(toOutputLimit(call, left)) };
  const extension = await extend(deps, reserved, more);
  if (!extension) return undefined;
  const cap = toOutputLimit(call, minus(toHeld(extension.reserved), used));
  return { fields: { ...toReservedFields(extension.reserved), ...toCapField(cap) }, extension };
}

/** `undefined` where nobody knows what the call costs, and that is refused. */
function toNeeds(
  { config }: ReserveDeps,
  call: BoundedCall,
  governed: ReadonlySet<string>,
): CallNeeds | undefined {
  try {
    return toCallNeeds(call, governed, config.allowances);
  } catch (error) {
    if (error instanceof ConeaError) return undefined;
    throw error;
  }
}

/** A store that stumbles once ends no task. */
async function extend(
  { allowances, clock }: ReserveDeps,
  reserved: readonly Reserved[],
  more: CallNeeds,
): Promise<Extension | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await allowances.extend(reserved, more);
    } catch (error) {
      if (tries === mostTries) throw error;
      await sleep(clock, pauseMs * 2 ** tries);
    }
  }
}

/** The call with the text that it may go on from. */
async function toCall(deps: ReserveDeps, task: TaskDocument, at: number) {
  const call = await toBoundedCall(deps, task, at);
  const { bound } = call;
  const isFresh = !task.mayContinue || !task.attempts.some(({ outputPages = 0 }) => outputPages > 0);
  if (!bound || isFresh) return call;
  const inputTokens = bound.usage.inputTokens + bytesPerToken * (task.outputCap ?? 0);
  return { ...call, bound: { ...bound, usage: { ...bound.usage, inputTokens } } };
}

/** What a task holds of money and tokens: of several allowances each holds the same. */
function toHeld(reserved: readonly Reserved[]): Amounts {
  const held: Amounts = {};
  for (const [, entries] of Map.groupBy(reserved, ({ allowance }) => allowance)) {
    const measure = entries[0]?.measure;
    if (measure !== "micros" && measure !== "tokens") continue;
    const amount = entries.reduce((sum, one) => sum + one.amount, 0);
    held[measure] = Math.min(held[measure] ?? Number.POSITIVE_INFINITY, amount);
  }
  return held;
}

/** What the calls of the present run have taken; of one whose worker was lost as much as it may have. */
async function toUsed(deps: ReserveDeps, task: TaskDocument): Promise<Required<Amounts>> {
  const { usage, cost, accounted = { micros: 0, tokens: 0 }, attempts, attemptsBefore = 0 } = task;
  const used = {
    tokens: totalTokens(usage) - accounted.tokens,
    micros: (cost.micros ?? 0) - accounted.micros,
  };
  for (const { n, outcome, usage: told, candidate = 0 } of attempts) {
    if (n <= attemptsBefore || outcome !== "lost" || told) continue;
    const { bound, price } = await toBoundedCall(deps, task, candidate);
    const most = bound && task.outputCap !== undefined ? withOutput(bound, task.outputCap) : bound;
    used.tokens += most ? upperTokens(most) : 0;
    used.micros += most ? (upperCost(most, price) ?? 0) : 0;
  }
  return used;
}

function minus(held: Amounts, used: Required<Amounts>): Amounts {
  return {
    ...(held.micros !== undefined && { micros: held.micros - used.micros }),
    ...(held.tokens !== undefined && { tokens: held.tokens - used.tokens }),
  };
}

/** What must be reserved beside what is left; `undefined` where that is enough for an answer in short. */
function toMore(needs: CallNeeds, left: Amounts): CallNeeds | undefined {
  const isEnough = (measure: Measured) =>
    toLeast(needs[measure]) <= (left[measure] ?? Number.POSITIVE_INFINITY);
  if (isEnough("micros") && isEnough("tokens")) return undefined;
  const more: CallNeeds = {};
  for (const measure of ["micros", "tokens"] as const) {
    const need = needs[measure];
    if (need === undefined) continue;
    const has = left[measure] ?? 0;
    more[measure] = { least: Math.max(0, toLeast(need) - has), most: Math.max(0, toMost(need) - has) };
  }
  return more;
}

function toLeast(amount: Amount | undefined): number {
  return amount === undefined ? 0 : typeof amount === "number" ? amount : amount.least;
}

function toMost(amount: Amount): number {
  return typeof amount === "number" ? amount : amount.most;
}

function toCapField(outputCap: number | undefined): Pick<TaskDocument, "outputCap"> {
  return outputCap === undefined ? {} : { outputCap };
}
