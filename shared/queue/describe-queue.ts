import type { QueueView } from "../api/queues.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import { toTime } from "../core/clock.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { toPresent } from "./breaker.ts";
import { countInQueue, inQueue, priorities } from "./count-waiting.ts";
import { estimateStart } from "./estimate-start.ts";
import { findQueue } from "./find-queue.ts";
import { type QueueDocument, queuePath, toQueueState } from "./queue-document.ts";
import { usedLimits } from "./used-limits.ts";

export type DescribeDeps = Pick<Platform, "documents" | "clock"> & { config: ConeaConfig };

/** All queues, as `describeQueue` shows them, in the order of the configuration. */
export function describeQueues(deps: DescribeDeps): Promise<QueueView[]> {
  return Promise.all(Object.keys(deps.config.providers).map((id) => describeQueue(deps, id)));
}

/**
 * A queue as an operator sees it, whoever its tasks belong to. Costs fourteen reads, and one more for each thousand tasks
 * that wait. Throws `not_found`.
 */
export async function describeQueue(deps: DescribeDeps, queueId: string): Promise<QueueView> {
  const queue = findQueue(deps.config, queueId);
  const { account, retiredAt } = deps.config.providers[queueId] ?? {};
  const [snapshot, byPriority, scheduled, running, oldest] = await Promise.all([
    deps.documents.get<QueueDocument>(queuePath(queueId)),
    countByPriority(deps, queueId),
    countInQueue(deps, queueId, "scheduled"),
    countInQueue(deps, queueId, "running"),
    readOldest(deps, queueId),
  ]);
  const now = snapshot ? Date.parse(snapshot.readTime) : deps.clock.now();
  const state = toQueueState(snapshot);
  const ready = byPriority.reduce((sum, count) => sum + count, 0);
  const at = estimateStart(
    state,
    queue,
    { ahead: ready, tokensEach: oldest?.data.estimatedTokens ?? 0 },
    now,
  );
  return {
    id: queueId,
    ...(account && { account }),
    ...(retiredAt && { retiredAt }),
    ready,
    scheduled,
    running,
    readyByPriority: Object.fromEntries(byPriority.map((count, priority) => [String(priority), count])),
    maxReady: deps.config.queue.maxReady,
    ...(oldest && { oldestWaitSeconds: toSeconds(now - oldest.data.sequence / 1_000) }),
    ...(at !== undefined && { estimatedWaitSeconds: toSeconds(at - now) }),
    limits: usedLimits(state, queue, now),
    ...toHealth(state, now),
  };
}

function toHealth(
  state: QueueDocument,
  now: number,
): Pick<QueueView, "breaker" | "paused" | "retryAfterUntil"> {
  const breaker = toPresent(state.breaker, now);
  const isQuiet = state.retryAfterUntil > now;
  return {
    breaker: {
      state: breaker.state,
      failures: breaker.failedAt.length,
      successes: breaker.successes,
      probes: Object.keys(breaker.probes).length,
      ...(breaker.state === "open" && { openUntil: toTime(breaker.openUntil) }),
    },
    paused: state.paused,
    ...(isQuiet && { retryAfterUntil: toTime(state.retryAfterUntil) }),
  };
}

function countByPriority({ documents }: DescribeDeps, queueId: string): Promise<number[]> {
  return Promise.all(
    priorities.map((priority) => documents.count(inQueue(queueId, "ready", ["priority", "==", priority]))),
  );
}

/** The ready task that was accepted first. */
async function readOldest(
  { documents }: DescribeDeps,
  queueId: string,
): Promise<Snapshot<TaskDocument> | undefined> {
  const query = inQueue(queueId, "ready");
  const [oldest] = await documents.query<TaskDocument>({
    ...query,
    orderBy: [["sequence", "asc"]],
    limit: 1,
  });
  return oldest;
}

function toSeconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1_000));
}
