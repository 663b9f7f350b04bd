import type { CallSpan } from "../evidence.ts";
import { price } from "../fleet.ts";
import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";

/** What is spent, reserved and handed out never passes what may be used; nor does what the vendors really answered for. */
export const budgetKept: Invariant = {
  name: "no allowance is overrun",
  check({ entries, calls, scenario, endedAtMs }) {
    const passed = entriesOf(entries, "allowance").filter(({ total, limit }) => total > limit);
    const found = passed.map(({ at, id, total, limit }) => ({
      at,
      message: `${id}: ${total} of ${limit} are spent, reserved or handed out`,
    }));
    const { budgetMicros = Number.POSITIVE_INFINITY } = scenario;
    const charged = calls.reduce((sum, call) => sum + toMicros(call), 0);
    if (charged <= budgetMicros) return found;
    return [...found, { at: endedAtMs, message: `the vendors answered for ${charged} of ${budgetMicros}` }];
  },
};

/** A call reads its label. */
function toMicros({ tokens, label }: CallSpan): number {
  if (tokens === 0) return 0;
  const read = label.length;
  return (read * price.inputMicros + (tokens - read) * price.outputMicros) / 1_000_000;
}
