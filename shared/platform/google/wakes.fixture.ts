import { CloudTasksClient } from "@google-cloud/tasks";
import {
  type CloudTasksOptions,
  startCloudTasks,
} from "../../../tests/emulators/cloud-tasks/start-cloud-tasks.ts";
import { startTarget } from "../../../tests/emulators/cloud-tasks/start-target.fixture.ts";
import { kind } from "../../../tests/emulators/cloud-tasks/unkindness.ts";
import { createLog, type LogLine } from "../../core/log.ts";
import { createVirtualClock } from "../embedded/virtual-clock.ts";
import type { Wake } from "../wakes.ts";
import { toEndpointOptions } from "./to-endpoint-options.ts";
import { type CloudTasksWakesOptions, openCloudTasksWakes } from "./wakes.ts";

export const queueOf = (provider: string) => `projects/demo/locations/here/queues/conea-${provider}`;
export const nameOf = (provider: string, wake: string) => `${queueOf(provider)}/tasks/${wake}`;

/** The adapter on the official client, a Cloud Tasks that leaves nothing to chance, and a worker, all in virtual time. */
export async function openWakes(
  adapter: Partial<CloudTasksWakesOptions> = {},
  service: CloudTasksOptions = {},
) {
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00Z"));
  const lines: LogLine[] = [];
  const target = await startTarget(clock.now);
  const queues = ["openai", "gemini"].map(queueOf);
  const cloudTasks = await startCloudTasks({ ...kind, clock, queues, ...service });
  const client = new CloudTasksClient(await toEndpointOptions(cloudTasks.endpoint));
  const wakes = openCloudTasksWakes({
    project: "demo",
    region: "here",
    worker: { url: target.url },
    endpoint: cloudTasks.endpoint,
    clock,
    log: createLog((line) => lines.push(line), "DEBUG"),
    ...adapter,
  });
  return {
    ...{ wakes, target, client, cloudTasks, clock, lines },
    delivered: () => target.arrivals.map(({ body }): Wake => JSON.parse(body)),
    async pass(ms: number) {
      await clock.advance(ms);
      await cloudTasks.settled();
    },
    async close() {
      await Promise.all([wakes.close(), client.close()]);
      await cloudTasks.close();
      await target.close();
    },
  };
}
