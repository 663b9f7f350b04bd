import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { freePort } from "../tests/e2e/free-port.fixture.ts";
import { MissingTool } from "../tests/emulators/missing-tool.ts";
import { type Bench, runMany } from "./measure.ts";
import { openBenchConea } from "./open-bench-conea.ts";

/** A Redis of this run's own, writing each change to its log as Conea writes to its journal. */
async function startRedis() {
  if (spawnSync("redis-server", ["--version"]).error) {
    throw new MissingTool("redis-server is not on the PATH");
  }
  const port = await freePort();
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "yes",
    "--dir",
  ];
  const folder = spawnSync("mktemp", ["-d"]).stdout.toString().trim();
  const redis = spawn("redis-server", [...options, folder], { stdio: ["ignore", "pipe", "ignore"] });
  for await (const chunk of redis.stdout) if (String(chunk).includes("Ready to accept")) break;
  return {
    port,
    async stop() {
      redis.kill();
      await once(redis, "exit");
      spawnSync("rm", ["-r", folder]);
    },
  };
}

async function bullmqPerSecond(port: number, count: number): Promise<number> {
  const connection = new Redis({ host: "127.0.0.1", port, maxRetriesPerRequest: null });
  const queue = new Queue("bench", { connection });
  const done = Promise.withResolvers<void>();
  let completed = 0;
  const worker = new Worker("bench", async () => ({ text: "done" }), { connection, concurrency: 200 });
  worker.on("completed", () => {
    completed += 1;
    if (completed === count) done.resolve();
  });
  await worker.waitUntilReady();
  const startedAt = performance.now();
  await runMany(count, 64, async () => {
    await queue.add("task", { messages: [{ role: "user", content: "Hello" }] });
  });
  await done.promise;
  const rate = (count / (performance.now() - startedAt)) * 1_000;
  await worker.close();
  await queue.close();
  await connection.quit();
  return rate;
}

async function coneaPerSecond(count: number): Promise<number> {
  const bench = await openBenchConea();
  const startedAt = performance.now();
  await runMany(count, 64, () => bench.submit());
  await bench.untilEnded(count);
  const rate = (count / (performance.now() - startedAt)) * 1_000;
  await bench.close();
  return rate;
}

export const besideBullmq: Bench = {
  name: "bullmq",
  about: "no-op jobs, 64 adders and 200 runners in one process, each to its own log on disk",
  async run(scale) {
    const redis = await startRedis();
    const count = 5_000 * scale;
    const theirs = await bullmqPerSecond(redis.port, count);
    await redis.stop();
    const ours = await coneaPerSecond(count);
    return [
      { name: "BullMQ on Redis", value: theirs, unit: "jobs/s" },
      { name: "Conea, HTTP handler included", value: ours, unit: "tasks/s" },
      { name: "ratio", value: ours / theirs, unit: "×" },
    ];
  },
};
