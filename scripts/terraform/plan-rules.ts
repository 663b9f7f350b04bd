import type { FunctionManifest } from "../../shared/config/function-manifest.ts";
import { iamRules } from "./iam-rules.ts";
import { nameRules } from "./name-rules.ts";
import type { PlannedResource } from "./plan.ts";
import { serviceRules } from "./service-rules.ts";

/** All that a rule may look at: the plan, and the manifests it was made from. */
export type Planned = { resources: PlannedResource[]; manifests: ReadonlyMap<string, FunctionManifest> };

/** Something a provider's schema cannot know. `find` says what is wrong with one resource, a phrase each. */
export type PlanRule = {
  id: string;
  reason: string;
  find(resource: PlannedResource, planned: Planned): string[];
};

export const planRules: PlanRule[] = [...nameRules, ...serviceRules, ...iamRules];

export type PlanProblem = { rule: string; message: string };

/** What is wrong with a plan, in its order. */
export function findPlanProblems(planned: Planned): PlanProblem[] {
  return planned.resources.flatMap((resource) =>
    planRules.flatMap(({ id, reason, find }) =>
      find(resource, planned).map((says) => ({
        rule: id,
        message: `${resource.address} ${says}. ${reason} (${id})`,
      })),
    ),
  );
}
