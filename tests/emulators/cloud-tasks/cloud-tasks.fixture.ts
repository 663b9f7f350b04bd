import { CloudTasksClient, type protos } from "@google-cloud/tasks";
import { createVirtualClock } from "../../../shared/platform/embedded/virtual-clock.ts";
import { toEndpointOptions } from "../../../shared/platform/google/to-endpoint-options.ts";
import { type CloudTasksOptions, startCloudTasks } from "./start-cloud-tasks.ts";
import { type Arrival, startTarget, type TargetAnswer } from "./start-target.fixture.ts";
import { kind } from "./unkindness.ts";

type ITask = protos.google.cloud.tasks.v2.ITask;
type IQueue = protos.google.cloud.tasks.v2.IQueue;

export const location = "projects/demo/locations/here";
export const queueName = `${location}/queues/q`;
export const startMs = Date.parse("2026-01-01T00:00:00Z");

export type WorldOptions = CloudTasksOptions & {
  queue?: IQueue;
  answer?: (arrival: Arrival, index: number) => TargetAnswer | Promise<TargetAnswer>;
};

/** A Cloud Tasks that leaves nothing to chance but what is asked for, with the official client, in virtual time. */
export async function openWorld({ queue = {}, answer, ...options }: WorldOptions = {}) {
  const clock = createVirtualClock(startMs);
  const target = await startTarget(clock.now, answer);
  const cloudTasks = await startCloudTasks({ ...kind, clock, ...options });
  const client = new CloudTasksClient(await toEndpointOptions(cloudTasks.endpoint));
  await client.createQueue({ parent: location, queue: { name: queueName, ...queue } });

  /** Creates a task that is due in `ms`. */
  async function create(id: string, ms = 0, task: Partial<ITask> = {}): Promise<ITask> {
    const [created] = await client.createTask({
      parent: queueName,
      task: {
        name: `${queueName}/tasks/${id}`,
        scheduleTime: toTimestamp(clock.now() + ms),
        httpRequest: { httpMethod: "POST", url: target.url, body: Buffer.from(id) },
        ...task,
      },
    });
    return created;
  }

  return {
    ...{ clock, target, cloudTasks, client, create },
    /** What arrived, as the names of tasks. */
    bodies: () => target.arrivals.map(({ body }) => body),
    /** When it arrived, in milliseconds since the start. */
    times: () => target.arrivals.map(({ at }) => at - startMs),
    /** Lets time pass in steps, and what is sent in each be answered. */
    async pass(ms: number, stepMs = ms) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        await clock.advance(Math.min(stepMs, ms - passed));
        await cloudTasks.settled();
      }
    },
    async close() {
      await client.close();
      await cloudTasks.close();
      await target.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

export function toTimestamp(ms: number): protos.google.protobuf.ITimestamp {
  return { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
}
