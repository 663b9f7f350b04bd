import type { ConeaConfig } from "../config/conea-config.ts";
import type { Platform } from "../platform/platform.ts";
import { toPresent } from "../queue/breaker.ts";
import { countInQueue, inQueue } from "../queue/count-waiting.ts";
import { findQueue } from "../queue/find-queue.ts";
import { type QueueDocument, queuePath, toQueueState } from "../queue/queue-document.ts";
import { usedLimits } from "../queue/used-limits.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { QueueFacts } from "./measure.ts";

type Deps = Pick<Platform, "documents" | "clock"> & { config: ConeaConfig };

/** All queues. Two reads for each, one more where somebody waits, and one for each thousand who do. */
export function lookAtQueues(deps: Deps): Promise<QueueFacts[]> {
  return Promise.all(Object.keys(deps.config.providers).map((id) => lookAtQueue(deps, id)));
}

async function lookAtQueue(deps: Deps, id: string): Promise<QueueFacts> {
  const [snapshot, ready] = await Promise.all([
    deps.documents.get<QueueDocument>(queuePath(id)),
    countInQueue(deps, id, "ready"),
  ]);
  const now = snapshot ? Date.parse(snapshot.readTime) : deps.clock.now();
  const state = toQueueState(snapshot);
  const places = usedLimits(state, findQueue(deps.config, id), now).find(
    ({ kind }) => kind === "concurrency",
  );
  const oldestAt = ready > 0 ? await readOldest(deps, id) : undefined;
  return {
    id,
    ready,
    oldestWaitSeconds: oldestAt === undefined ? 0 : Math.max(0, Math.ceil((now - oldestAt) / 1_000)),
    isResting: toPresent(state.breaker, now).state !== "closed",
    ...(places && { places: { used: places.used, allowed: places.allowed } }),
  };
}

/** When the ready task was accepted that waits longest (epoch ms). */
async function readOldest({ documents }: Deps, id: string): Promise<number | undefined> {
  const oldestFirst = { ...inQueue(id, "ready"), orderBy: [["sequence", "asc"]] satisfies [string, "asc"][] };
  const [oldest] = await documents.query<TaskDocument>({ ...oldestFirst, limit: 1 });
  return oldest && oldest.data.sequence / 1_000;
}
