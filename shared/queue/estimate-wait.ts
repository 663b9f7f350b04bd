import type { TaskWait } from "../api/task.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { Platform } from "../platform/platform.ts";
import { toQueue } from "../tasks/create-runner.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { countAhead } from "./count-waiting.ts";
import { estimateStart } from "./estimate-start.ts";
import { type QueueDocument, queuePath, toQueueState } from "./queue-document.ts";

type Deps = Pick<Platform, "documents" | "clock"> & { config: ConeaConfig };

/** Where a ready task stands and when it may start: an estimate from two counts and the queue's document. */
export async function estimateWait(deps: Deps, task: TaskDocument): Promise<TaskWait> {
  const [ahead, snapshot] = await Promise.all([
    countAhead(deps, task),
    deps.documents.get<QueueDocument>(queuePath(task.queue)),
  ]);
  const now = snapshot ? Date.parse(snapshot.readTime) : deps.clock.now();
  const queue = toQueue(deps.config, task.queue);
  const place = { ahead, tokensEach: task.estimatedTokens };
  const at = queue && estimateStart(toQueueState(snapshot), queue, place, now);
  return { ahead, ...(at !== undefined && { estimatedSeconds: Math.ceil((at - now) / 1_000) }) };
}
