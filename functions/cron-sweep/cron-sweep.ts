import { type DriveBatchesDeps, driveBatches } from "../../shared/batches/drive-batches.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { createLineEndpoints } from "../../shared/http/openai/create-line-endpoints.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import { type SweepDeps, sweep } from "../../shared/queue/sweep.ts";

type Deps = SweepDeps & Omit<DriveBatchesDeps, "lines" | "sizes">;

/** Runs the sweep once, drives the batches that have not ended, and answers with what was repaired and done. */
export function createCronSweep(deps: Deps): Handler {
  const lines = createLineEndpoints(deps);
  return toInternalHandler(deps.log, async () => {
    const report = await sweep(deps);
    return Response.json({ ...report, batches: await driveBatches({ ...deps, lines }) });
  });
}
