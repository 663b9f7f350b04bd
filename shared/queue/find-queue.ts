import type { ConeaConfig } from "../config/conea-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import { toQueue } from "../tasks/create-runner.ts";
import type { Queue } from "./queue-document.ts";

/** The queue of an id, as configured. Throws `not_found`. */
export function findQueue(config: ConeaConfig, queueId: string): Queue {
  const queue = toQueue(config, queueId);
  if (queue) return queue;
  throw new ConeaError("not_found", "There is no such queue; GET /v1/queues lists what there is.");
}
