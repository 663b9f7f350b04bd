import { type Principal, requireAdmin } from "../access/principal.ts";
import type { Recover, Recovery } from "../api/queues.ts";
import { toPresent } from "./breaker.ts";
import { countInQueue } from "./count-waiting.ts";
import { type QueueDocument, queuePath, toQueueState } from "./queue-document.ts";
import { closeBreaker } from "./reset-breaker.ts";
import { type SweepDeps, sweep } from "./sweep.ts";

type Before = { id: string; state: QueueDocument };

/**
 * Puts everything back to work after a disaster, such as a wake service that lost all it held: closes every breaker, then
 * sweeps, which takes back tasks whose lease ran out, frees the places of claims that are over and wakes every queue. With
 * `orphans` every running task counts as left behind: right only when no worker is alive. Paused queues stay paused, and
 * every limit holds as before. May be run again, and beside a sweep. Throws `forbidden`.
 */
export async function recover(
  deps: SweepDeps,
  principal: Principal,
  { orphans }: Recover = { orphans: false },
): Promise<Recovery> {
  requireAdmin(principal);
  const ids = Object.keys(deps.config.providers);
  const before = await Promise.all(
    ids.map(async (id): Promise<Before> => ({ id, state: await closeBreaker(deps, id) })),
  );
  const { lost, expired, promoted, republished, failed } = await sweep(deps, { orphans, wakeAll: true });
  const queues = await Promise.all(before.map((queue) => describe(deps, queue)));
  deps.log.warn("recovered", { tenant: principal.tenant, count: lost });
  return { queues, returned: lost, expired, promoted, republished, failed };
}

async function describe(deps: SweepDeps, { id, state }: Before): Promise<Recovery["queues"][number]> {
  const [snapshot, ready, scheduled] = await Promise.all([
    deps.documents.get<QueueDocument>(queuePath(id)),
    countInQueue(deps, id, "ready"),
    countInQueue(deps, id, "scheduled"),
  ]);
  const { inFlight, paused } = toQueueState(snapshot);
  const stillTaken = new Set(inFlight.claims);
  return {
    id,
    ready,
    scheduled,
    placesFreed: state.inFlight.claims.filter((claim) => !stillTaken.has(claim)).length,
    breakerWas: toPresent(state.breaker, deps.clock.now()).state,
    paused,
  };
}
