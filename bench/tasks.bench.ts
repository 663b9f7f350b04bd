import { totalCounts } from "../shared/platform/count-documents.ts";
import { type Bench, quantile, runMany } from "./measure.ts";
import { openBenchConea } from "./open-bench-conea.ts";

export const submitting: Bench = {
  name: "submit",
  about: "POST /v1/tasks through the API's handler, 16 at a time, each answered once it is in the journal",
  async run(scale) {
    const bench = await openBenchConea({ requests: "1/day" });
    const count = 5_000 * scale;
    await runMany(500, 16, () => bench.submit());
    const { each, allMs } = await runMany(count, 16, () => bench.submit());
    await bench.close();
    return [
      { name: "submitted", value: (count / allMs) * 1_000, unit: "tasks/s" },
      { name: "p50", value: quantile(each, 0.5), unit: "ms" },
      { name: "p99", value: quantile(each, 0.99), unit: "ms" },
    ];
  },
};

export const completing: Bench = {
  name: "complete",
  about: "the same until the task has succeeded, with a provider that takes no time",
  async run(scale) {
    const bench = await openBenchConea();
    const count = 5_000 * scale;
    await runMany(500, 16, () => bench.submit({ Prefer: "wait=60" }));
    bench.counts.clear();
    const { each, allMs } = await runMany(count, 16, () => bench.submit({ Prefer: "wait=60" }));
    await bench.untilEnded(count + 500);
    await bench.close();
    return [
      { name: "completed", value: (count / allMs) * 1_000, unit: "tasks/s" },
      { name: "p50", value: quantile(each, 0.5), unit: "ms" },
      { name: "p99", value: quantile(each, 0.99), unit: "ms" },
    ];
  },
};

export const backlog: Bench = {
  name: "backlog",
  about: "submit many, then let the worker empty the line",
  async run(scale) {
    const bench = await openBenchConea();
    const count = 5_000 * scale;
    const startedAt = performance.now();
    await runMany(count, 64, () => bench.submit());
    await bench.untilEnded(count);
    const allMs = performance.now() - startedAt;
    const { reads, writes, deletes } = totalCounts(bench.counts);
    await bench.close();
    return [
      { name: "completed", value: (count / allMs) * 1_000, unit: "tasks/s" },
      { name: "documents read", value: reads / count, unit: "per task" },
      { name: "documents written", value: writes / count, unit: "per task" },
      { name: "documents deleted", value: deletes / count, unit: "per task" },
    ];
  },
};

export const single: Bench = {
  name: "single",
  about: "one task at a time, each finished before the next",
  async run(scale) {
    const bench = await openBenchConea({ requests: "1000000/s" });
    const count = 500 * scale;
    await bench.submit();
    await bench.untilEnded(1);
    bench.counts.clear();
    let done = 1;
    const { each } = await runMany(count, 1, async () => {
      await bench.submit();
      await bench.untilEnded(++done);
    });
    const { reads, writes, deletes } = totalCounts(bench.counts);
    await bench.close();
    return [
      { name: "p50", value: quantile(each, 0.5), unit: "ms" },
      { name: "p99", value: quantile(each, 0.99), unit: "ms" },
      { name: "documents read", value: reads / count, unit: "per task" },
      { name: "documents written", value: writes / count, unit: "per task" },
      { name: "documents deleted", value: deletes / count, unit: "per task" },
    ];
  },
};
