import { createBatch } from "../shared/batches/create-batch.ts";
import { type DriveDeps, driveBatch } from "../shared/batches/drive-batch.ts";
import { findBatch } from "../shared/batches/read-batches.ts";
import { storeFile } from "../shared/batches/store-file.ts";
import { sleep } from "../shared/core/clock.ts";
import { createLineEndpoints } from "../shared/http/openai/create-line-endpoints.ts";
import type { Documents } from "../shared/platform/documents.ts";
import type { Backpressure } from "../shared/queue/backpressure.ts";
import type { Bench, Figure } from "./measure.ts";
import { openBenchConea } from "./open-bench-conea.ts";

const endpoint = "/v1/chat/completions";
const principal = { tenant: "bench", user: "bench", role: "user" as const };
const mega = 1_000_000;

export const batches: Bench = {
  name: "batches",
  about: "a batch of 50,000 chats from its upload to its output file, with a provider that takes no time",
  async run(scale) {
    const count = Math.min(50_000, Math.round(50_000 * scale));
    return [...(await runWhole(count)), ...(await feedAlone(count))];
  },
};

async function runWhole(count: number): Promise<Figure[]> {
  const bench = await openBenchConea();
  const deps = { ...bench.conea, lines: createLineEndpoints(bench.conea) };
  const [upload, id] = await timed(() => start(deps, count));
  const memory = watchMemory();
  const [wholeMs] = await timed(() => finish(deps, id));
  const { data } = await findBatch(deps, principal, id);
  if (data.completed !== count) throw new Error(`only ${data.completed} of ${count} lines were answered`);
  const { runningAt, finalizingAt, endedAt } = data;
  await bench.close();
  return [
    { name: "uploaded", value: count / upload, unit: "lines/ms" },
    {
      name: "answered, from the first line fed to the last one's end",
      value: perSecond(count, between(runningAt, finalizingAt)),
      unit: "lines/s",
    },
    { name: "results written", value: perSecond(count, between(finalizingAt, endedAt)), unit: "lines/s" },
    { name: "in all", value: wholeMs / 1_000, unit: "s" },
    { name: "memory at most, store and worker included", value: memory.stop(), unit: "MB" },
  ];
}

/** The feeder with a store that forgets the tasks: what it takes itself. */
async function feedAlone(count: number): Promise<Figure[]> {
  const bench = await openBenchConea({ requests: "1/day" });
  const documents = forgetTasks(bench.conea.documents);
  const backpressure: Backpressure = { admit: (_queue, add) => add([]) };
  const deps: DriveDeps = {
    ...bench.conea,
    documents,
    backpressure,
    lines: createLineEndpoints(bench.conea),
  };
  const id = await start(deps, count);
  const memory = watchMemory();
  const [feedMs] = await timed(() => driveBatch(deps, id, Date.now() + 600_000));
  const { data } = await findBatch(deps, principal, id);
  await bench.close();
  if (data.fed !== count) throw new Error(`only ${data.fed} of ${count} lines were fed`);
  return [
    {
      name: "fed, into a store that forgets, and checked before",
      value: perSecond(count, feedMs),
      unit: "lines/s",
    },
    { name: "memory it adds at most", value: memory.stop(), unit: "MB" },
  ];
}

async function start(deps: DriveDeps, count: number): Promise<string> {
  const lines = Array.from({ length: count }, (_, index) => toLine(index));
  const content = ReadableStream.from([Buffer.from(lines.join("\n"))]);
  const { id: inputFileId } = await storeFile(deps, principal, { filename: "lines.jsonl", content });
  return (await createBatch(deps, principal, { inputFileId, endpoint })).id;
}

function toLine(index: number): string {
  const body = { model: "m", messages: [{ role: "user", content: `Hello ${index}` }] };
  return JSON.stringify({ custom_id: `line-${index}`, method: "POST", url: endpoint, body });
}

async function finish(deps: DriveDeps, id: string): Promise<void> {
  while ((await driveBatch(deps, id, deps.clock.now() + 10_000)) !== "ended") await sleep(deps.clock, 100);
}

function forgetTasks(documents: Documents): Documents {
  return {
    ...documents,
    commit: (writes) => documents.commit(writes.filter(({ path }) => !path.startsWith("tasks/"))),
    count: async () => 1,
  };
}

function watchMemory(): { stop(): number } {
  global.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  return {
    stop() {
      clearInterval(timer);
      return (most - before) / mega;
    },
  };
}

async function timed<T>(run: () => Promise<T>): Promise<[ms: number, value: T]> {
  const from = performance.now();
  const value = await run();
  return [performance.now() - from, value];
}

const perSecond = (count: number, ms: number) => (count / ms) * 1_000;
const between = (from = "", to = "") => Date.parse(to) - Date.parse(from);
