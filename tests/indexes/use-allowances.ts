import { createAllowances } from "../../shared/allowances/create-allowances.ts";
import { setLimits } from "../../shared/allowances/set-limits.ts";
import { sweepAllowances } from "../../shared/allowances/sweep-allowances.ts";
import { toReservedFields } from "../../shared/allowances/to-reserved-fields.ts";
import { AllowancesConfig } from "../../shared/config/allowances-config.ts";
import { admin, ann } from "../../shared/tasks/conea.fixture.ts";
import type { Conea } from "../../shared/tasks/create-conea.ts";

/** An allowance that passes a threshold, whose slices are left behind and taken back. */
export async function useAllowances(given: Conea): Promise<void> {
  const deps = {
    ...given,
    config: AllowancesConfig.parse({ tenant: { micros: "100/month", tokens: "100/day" } }),
  };
  const allowances = createAllowances(deps);
  const whose = { scope: "user" as const, scopeId: "ann" };
  await setLimits({ documents: given.documents, allowances }, admin, whose, { requests: "9/hour" });
  const { reserved } = await allowances.reserve(ann, { requests: 1, micros: 90, tokens: 10 });
  const held = { id: "held", status: "ready", ...toReservedFields(reserved) };
  await given.documents.commit([{ op: "create", path: "tasks/held", data: held }]);
  await sweepAllowances(deps, { orphans: true });
  await sweepAllowances(deps);
  // All that was reserved is spent: a worker was lost, and nobody knows what the call took.
  const lost = {
    status: "dead",
    cost: { known: false },
    attempts: [{ n: 1, outcome: "lost" }],
    unaccounted: true,
  };
  await given.documents.commit([{ op: "update", path: "tasks/held", fields: { ...lost, attemptCount: 1 } }]);
  await sweepAllowances(deps);
  await allowances.reserve(ann, { micros: 5 });
  await given.documents.commit([{ op: "delete", path: "tasks/held" }]);
}
