import type { ConeaConfig } from "../config/conea-config.ts";
import type { Platform } from "../platform/platform.ts";
import { lookAtQueues } from "./look-at-queues.ts";
import type { Sources } from "./measure.ts";
import { readBudgets } from "./read-budgets.ts";
import { readRecent } from "./read-recent.ts";

/** What the store says, each read at most once a look. */
export function toSources(deps: Pick<Platform, "documents" | "clock"> & { config: ConeaConfig }): Sources {
  const recent = new Map<number, ReturnType<typeof readRecent>>();
  let queues: ReturnType<typeof lookAtQueues> | undefined;
  let budgets: ReturnType<typeof readBudgets> | undefined;
  return {
    queues() {
      queues ??= lookAtQueues(deps);
      return queues;
    },
    recent(windowMinutes) {
      const found = recent.get(windowMinutes) ?? readRecent(deps, windowMinutes);
      recent.set(windowMinutes, found);
      return found;
    },
    budgets() {
      budgets ??= readBudgets(deps);
      return budgets;
    },
  };
}
