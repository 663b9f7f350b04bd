import type { CloudTasksClient } from "@google-cloud/tasks";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Wakes } from "../wakes.ts";
import { type CallTimeouts, defaultTimeouts, toCallOptions } from "./call-options.ts";
import { openOnce } from "./open-once.ts";
import { toStatusName, transient } from "./status.ts";
import { toCloudTask, type WakeTarget } from "./to-cloud-task.ts";
import { toEndpointOptions } from "./to-endpoint-options.ts";

export type CloudTasksWakesOptions = {
  project: string;
  region: string;
  worker: WakeTarget;
  /** Where those that name an endpoint go. */
  webhooks?: WakeTarget;
  /** `host:port` of a server that plays Cloud Tasks, spoken to without encryption. Without it: Google's. */
  endpoint?: string;
  timeouts?: CallTimeouts;
  clock: Clock;
  log: Log;
};

export type CloudTasksWakes = Wakes & {
  /** Closes the connection, if there is one. */
  close(): Promise<void>;
};

/** Cloud Tasks takes no task for a later time. */
const farthestMs = 30 * 86_400_000;

/**
 * Wakes on Cloud Tasks, one queue for each provider; a line without one sends its wakes through another's. Their names make them idempotent: a call whose outcome is unknown is
 * repeated, and what exists already is success. The client is loaded and opened by the first wake.
 */
export function openCloudTasksWakes(options: CloudTasksWakesOptions): CloudTasksWakes {
  const { project, region, worker, webhooks, clock, log } = options;
  const client = openOnce(() => openClient(options.endpoint));
  const callOptions = toCallOptions(options.timeouts ?? defaultTimeouts, transient);

  async function create(queue: string, parent: string, task: ReturnType<typeof toCloudTask>): Promise<void> {
    try {
      await (await client.get()).createTask({ parent, task }, callOptions);
    } catch (error) {
      if (toStatusName(error) !== "ALREADY_EXISTS") throw toWakeError(error, queue, parent);
    }
  }

  return {
    slotMs: 250,
    async ensure(wake, name, at) {
      const aheadMs = at - clock.now();
      if (aheadMs > farthestMs) {
        return log.debug("a wake lies too far ahead for Cloud Tasks and is left to the sweep", {
          queue: wake.queue,
        });
      }
      const parent = `projects/${project}/locations/${region}/queues/${toQueueName(wake.through ?? wake.queue)}`;
      const time = aheadMs > 0 ? at : undefined;
      const target = wake.endpoint === undefined ? worker : webhooks;
      if (!target)
        throw new Error("There is no address for wakes of endpoints: CONEA_WEBHOOKS_URL is unset.");
      const task = toCloudTask(wake, { name: `${parent}/tasks/${name}`, at: time, target });
      await create(wake.queue, parent, task);
    },
    async close() {
      await (await client.opened())?.close();
    },
  };
}

/** The Cloud Tasks queue of a provider. A provider's name (at most 63 of a–z, 0–9 and dashes) always fits. */
export function toQueueName(queue: string): string {
  return `conea-${queue}`;
}

/** Opened here rather than by the first call, which would keep a failure (no token yet) for as long as the client lives. */
async function openClient(endpoint?: string): Promise<CloudTasksClient> {
  const { CloudTasksClient } = await import("@google-cloud/tasks");
  const client = new CloudTasksClient(await toEndpointOptions(endpoint));
  await client.initialize();
  return client;
}

/** In words of our own, without a cause: what a client's error carries is not for logs. */
function toWakeError(error: unknown, queue: string, parent: string): Error {
  const status = toStatusName(error);
  if (status === "NOT_FOUND")
    return new Error(
      `There is no Cloud Tasks queue ${parent}. \`terraform apply\` makes one for each provider.`,
    );
  if (status === "PERMISSION_DENIED")
    return new Error(
      `Cloud Tasks refuses wakes of the queue ${queue}: the function's service account lacks a role.`,
    );
  return new Error(`Cloud Tasks took no wake of the queue ${queue} (${status ?? "no answer"}).`);
}
