import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Documents } from "../shared/platform/documents.ts";
import { claimTasks } from "../shared/queue/claim-tasks.ts";
import { toQueue } from "../shared/tasks/create-runner.ts";
import { aTask } from "../shared/tasks/task.fixture.ts";
import { taskPath } from "../shared/tasks/task-document.ts";
import { type Bench, quantile } from "./measure.ts";
import { openBenchConea } from "./open-bench-conea.ts";

const batch = 400;
const rounds = 90;

/** Bytes in use once everything that is not has been collected. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

/** Puts small chats into line, of every priority. */
async function fill(documents: Documents, length: number): Promise<void> {
  for (let from = 0; from < length; from += batch) {
    const writes = Array.from({ length: Math.min(batch, length - from) }, (_, index) => {
      const sequence = from + index;
      const id = `task_${String(sequence).padStart(26, "a")}`;
      const data = aTask({ id, queue: "main", model: "m", sequence, priority: sequence % 10 });
      return { op: "create" as const, path: taskPath(id), data };
    });
    await documents.commit(writes);
  }
}

async function claimFrom(length: number): Promise<{ p50: number; bytesPerTask: number }> {
  const { conea, close } = await openBenchConea({ requests: "1000000/s" });
  const queue = toQueue(conea.config, "main");
  if (!queue) throw new Error("there is no queue");
  const emptyBytes = heapInUse();
  await fill(conea.documents, length);
  const each: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    const { claimed } = await claimTasks(conea, { queue, atMost: 1 });
    each.push(performance.now() - from);
    if (claimed.length !== 1) throw new Error("nothing was claimed");
  }
  const bytesPerTask = (heapInUse() - emptyBytes) / length;
  await close();
  // The first builds the index.
  return { p50: quantile(each.slice(1), 0.5), bytesPerTask };
}

export const line: Bench = {
  name: "line",
  about: "claiming the head of a line of 100 and of 100,000 waiting tasks, five times each in turn",
  async run() {
    const pairs: { short: number; long: number; bytesPerTask: number }[] = [];
    await claimFrom(100);
    for (let pair = 0; pair < 5; pair++) {
      const { p50: short } = await claimFrom(100);
      const { p50: long, bytesPerTask } = await claimFrom(100_000);
      pairs.push({ short, long, bytesPerTask });
    }
    const median = (pick: (pair: (typeof pairs)[number]) => number) => quantile(pairs.map(pick), 0.5);
    return [
      { name: "p50 at 100", value: median(({ short }) => short), unit: "ms" },
      { name: "p50 at 100,000", value: median(({ long }) => long), unit: "ms" },
      { name: "ratio, median of the pairs", value: median(({ short, long }) => long / short), unit: "×" },
      { name: "memory of a waiting task", value: median(({ bytesPerTask }) => bytesPerTask), unit: "bytes" },
    ];
  },
};
