import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CloudTasksClient } from "@google-cloud/tasks";
import { expect, it } from "vitest";
import { toEndpointOptions } from "../../../shared/platform/google/to-endpoint-options.ts";
import { queueName } from "./cloud-tasks.fixture.ts";
import { startTarget } from "./start-target.fixture.ts";

it("serves as a process of its own, and ends when told", async () => {
  const options = JSON.stringify({
    queues: [{ name: queueName, rateLimits: { maxDispatchesPerSecond: 7 } }],
    ...{ late: 0, refusedCalls: 0, lostAnswers: 0 },
  });
  const target = await startTarget(Date.now);
  const child = spawn(process.execPath, [`${import.meta.dirname}/main.ts`, options], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const [, endpoint] = /^Cloud Tasks is ready on (127\.0\.0\.1:\d+)$/.exec(line) ?? [];
  const client = new CloudTasksClient(await toEndpointOptions(endpoint ?? "127.0.0.1:1"));
  const [queue] = await client.getQueue({ name: queueName });
  expect(queue.rateLimits).toMatchObject({ maxDispatchesPerSecond: 7 });
  await client.createTask({ parent: queueName, task: { httpRequest: { url: target.url } } });
  await target.arrived(1);
  await client.close();
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  await target.close();
});
