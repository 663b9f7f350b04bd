import { toTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import { inQueue } from "../queue/count-waiting.ts";
import type { Catalogue } from "./catalogue.ts";
import { type ChangeDeps, changeCatalogue } from "./change-catalogue.ts";

export type ForgetDeps = Pick<Platform, "documents" | "clock"> & ChangeDeps & { catalogue: Catalogue };

/** Long after a line takes no tasks any more. */
const forgottenAfterMs = 30 * 86_400_000;

/** Forgets the lines that no model has had for thirty days, and in which nobody is. Resolves to how many. */
export async function forgetLines(deps: ForgetDeps): Promise<number> {
  await deps.catalogue.read();
  const latest = toTime(deps.clock.now() - forgottenAfterMs);
  const empty: string[] = [];
  for (const id of deps.catalogue.retiredBy(latest)) if (await isEmpty(deps, id)) empty.push(id);
  if (empty.length === 0) return 0;
  let forgotten = 0;
  await changeCatalogue(deps, ({ models, retired = {} }) => {
    const kept = Object.entries(retired).filter(
      ([id, line]) => !empty.includes(id) || line.retiredAt > latest,
    );
    forgotten = Object.keys(retired).length - kept.length;
    return forgotten === 0 ? undefined : { models, retired: Object.fromEntries(kept) };
  });
  return forgotten;
}

async function isEmpty({ documents }: ForgetDeps, queueId: string): Promise<boolean> {
  for (const status of ["ready", "scheduled", "running"] as const)
    if ((await documents.count({ ...inQueue(queueId, status), limit: 1 })) > 0) return false;
  return true;
}
