import { claimTasks } from "../shared/queue/claim-tasks.ts";
import { toQueue } from "../shared/tasks/create-runner.ts";
import { aTask } from "../shared/tasks/task.fixture.ts";
import { taskPath } from "../shared/tasks/task-document.ts";
import { type Bench, quantile } from "./measure.ts";
import { openBenchConea } from "./open-bench-conea.ts";

const batch = 400;

async function claimsAt(length: number): Promise<number[]> {
  const { conea, close } = await openBenchConea({ requests: "1000000/s" });
  for (let from = 0; from < length; from += batch) {
    const writes = Array.from({ length: Math.min(batch, length - from) }, (_, index) => {
      const id = `task_${String(from + index).padStart(26, "a")}`;
      const data = aTask({
        id,
        queue: "main",
        model: "m",
        sequence: from + index,
        priority: (from + index) % 10,
      });
      return { op: "create" as const, path: taskPath(id), data };
    });
    await conea.documents.commit(writes);
  }
  const queue = toQueue(conea.config, "main");
  if (!queue) throw new Error("there is no queue");
  const each: number[] = [];
  for (let round = 0; round < 90; round++) {
    const from = performance.now();
    const { claimed } = await claimTasks(conea, { queue, atMost: 1 });
    each.push(performance.now() - from);
    if (claimed.length !== 1) throw new Error("nothing was claimed");
  }
  await close();
  // The first builds the index.
  return each.slice(1);
}

export const line: Bench = {
  name: "line",
  about: "claiming the head of a line of 100 and of 100,000 waiting tasks",
  async run() {
    const short = quantile(await claimsAt(100), 0.5);
    const long = quantile(await claimsAt(100_000), 0.5);
    return [
      { name: "p50 at 100", value: short, unit: "ms" },
      { name: "p50 at 100,000", value: long, unit: "ms" },
      { name: "ratio", value: long / short, unit: "×" },
    ];
  },
};
