import type { ModelPrice } from "../api/model-price.ts";
import type { AllowancesConfig } from "../config/allowances-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Amount, Reservation } from "./allowances.ts";
import { type UpperBound, upperTokens, withOutput } from "./upper-bound.ts";
import { toAffordable, upperCost } from "./upper-cost.ts";

/** Shorter answers than this are not worth a call. */
const leastOutputTokens = 256;

/** A call as what bounds it sees it. */
export type BoundedCall = { model: string; bound: UpperBound | undefined; price: ModelPrice | undefined };

/** What must be reserved of money and tokens for a call: all it may take, or as much as lets it answer in short. */
export type CallNeeds = { micros?: Amount; tokens?: Amount };

/**
 * The needs of a call where money or tokens are bounded (`governed`). Throws `allowance_exhausted` where nobody knows what it can
 * cost and conea.yaml says to refuse that.
 */
export function toCallNeeds(
  { model, bound, price }: BoundedCall,
  governed: ReadonlySet<string>,
  { unknownPrice }: Pick<AllowancesConfig, "unknownPrice">,
): CallNeeds {
  // What the vendor is told no limit of is needed whole.
  const short =
    bound?.outputTokens === undefined
      ? bound
      : withOutput(bound, Math.min(leastOutputTokens, bound.outputTokens));
  const needs: CallNeeds = {};
  if (governed.has("tokens") && bound)
    needs.tokens = { least: upperTokens(short ?? bound), most: upperTokens(bound) };
  if (!governed.has("micros")) return needs;
  const most = bound && upperCost(bound, price);
  if (bound && most !== undefined)
    return { ...needs, micros: { least: upperCost(short ?? bound, price) ?? most, most } };
  if (unknownPrice === "allow") return needs;
  throw new ConeaError("allowance_exhausted", bound ? toUnpriced(model) : toUnbounded(model));
}

function toUnpriced(model: string): string {
  return `Your money is bounded, and what ${model} costs is not known. Set its price in conea.yaml or by PUT /v1/prices/${model}, or set allowances.unknownPrice to allow.`;
}

function toUnbounded(model: string): string {
  return `Your money is bounded, and what a call of ${model} costs at most is not known before it is made. Set allowances.unknownPrice to allow to have such calls made beside what bounds you.`;
}

/** How much a call may write for what was reserved: what its vendor is told. `undefined` where nothing bounds it further. */
export function toOutputLimit({ bound, price }: BoundedCall, got: Reservation["got"]): number | undefined {
  if (bound?.outputTokens === undefined) return undefined;
  if (got.micros === undefined && got.tokens === undefined) return undefined;
  const byTokens =
    got.tokens === undefined ? bound.outputTokens : got.tokens - upperTokens(withOutput(bound, 0));
  const byMoney =
    got.micros === undefined || !price ? bound.outputTokens : (toAffordable(bound, price, got.micros) ?? 0);
  return Math.max(1, Math.min(bound.outputTokens, byTokens, byMoney));
}

/** What a task must reserve beside what it holds, so that another attempt is covered after those before have taken `used`. */
export function toMissing(
  needs: CallNeeds,
  { held, used }: { held: { micros: number; tokens: number }; used: { micros: number; tokens: number } },
): { micros?: number; tokens?: number } {
  const missing = (measure: "micros" | "tokens") => {
    const amount = needs[measure];
    if (amount === undefined) return 0;
    const most = typeof amount === "number" ? amount : amount.most;
    return Math.max(0, most + used[measure] - held[measure]);
  };
  return { micros: missing("micros"), tokens: missing("tokens") };
}
