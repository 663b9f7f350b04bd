import type { TaskInput } from "../api/inputs.ts";
import { isUnused, readTokens, writtenTokens } from "../api/usage.ts";
import type { Charge } from "../pricing/add-cost.ts";
import type { Prices } from "../pricing/create-prices.ts";
import type { Outcome } from "./next-state.ts";
import type { TaskDocument } from "./task-document.ts";
import { estimateUsage, type Metered, type UsageMeter } from "./usage-meter.ts";

export type Call = {
  task: TaskDocument;
  input: TaskInput;
  startedAt: number;
  meter: UsageMeter;
  /** How it ended; `undefined` when it was cut off because the task was taken away. */
  outcome: Outcome | undefined;
};

/** What a call was charged for, priced as of its start; `undefined` where it was not charged. Never rejects. */
export async function chargeAttempt({ prices }: { prices: Prices }, call: Call): Promise<Charge | undefined> {
  const { task, startedAt } = call;
  const metered = usedBy(call);
  if (!metered) return undefined;
  const used = withinUpper(task, metered);
  const place = { provider: task.queue, model: task.model, at: startedAt };
  const cost = await prices.cost(place, used.usage);
  return { ...used, ...(cost.known && { costMicros: cost.micros }) };
}

function usedBy({ task, input, meter, outcome }: Call): Metered | undefined {
  const { type } = task;
  if (outcome?.kind !== "succeeded") return meter.read({ type, input });
  if (outcome.cache === "hit") return undefined;
  const { usage, result } = outcome;
  const isTold = !isUnused(usage) || task.model === undefined;
  if (isTold || !countsTokens.has(type)) return { usage };
  return meter.read({ type, input }) ?? estimateUsage({ type, input }, "text" in result ? result.text : "");
}

/** An estimate goes no further than what was reserved for: no model reads more, and the vendor was told to write no more. */
function withinUpper({ uppers, outputCap, route }: TaskDocument, metered: Metered): Metered {
  const upper = uppers?.[route?.at ?? 0]?.usage;
  if (!metered.usageEstimated || !upper) return metered;
  const { usage } = metered;
  const inputTokens = Math.min(usage.inputTokens, readTokens(upper));
  const outputTokens = Math.min(usage.outputTokens, outputCap ?? writtenTokens(upper));
  return { ...metered, usage: { ...usage, inputTokens, outputTokens } };
}

/** Types whose vendors charge by tokens that can be estimated where a server does not count them. */
const countsTokens: ReadonlySet<string> = new Set(["chat", "completion", "embedding"]);
