import type { Handler } from "../../shared/http/create-app.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import { type SweepDeps, sweep } from "../../shared/queue/sweep.ts";

/** Runs the sweep once and answers with what it repaired. */
export function createCronSweep(deps: SweepDeps): Handler {
  return toInternalHandler(deps.log, async () => Response.json(await sweep(deps)));
}
