import { describe, expect, it } from "vitest";
import { totalCounts } from "../platform/count-documents.ts";
import type { Provider } from "../providers/provider.ts";
import { aChat, ann, echo, openTestConea } from "./conea.fixture.ts";
import { answer, kindsOf, openNoting } from "./runner.fixture.ts";

describe("a task's way", () => {
  it("ends in the result, the usage and the attempt that made it", async () => {
    const { submit, read, clock, events } = await openTestConea();
    const { task } = await submit();
    await clock.advance(1_000);
    expect(await read(task.id)).toMatchObject({
      status: "succeeded",
      result: { text: "You said: Hello", finishReason: "stop" },
      usage: { inputTokens: 3, outputTokens: 5 },
      cost: { known: false },
      attempts: [{ n: 1, provider: "main", model: "m", outcome: "succeeded", requestId: "call-1" }],
    });
    expect(kindsOf(events)).toEqual(["1 task.accepted", "2 task.started", "3 task.succeeded"]);
  });

  it("costs at most 2 reads, 4 writes and 1 delete when claimed singly", async () => {
    const { submit, clock, counts } = await openTestConea({ limits: { requests: "1000/min" } });
    await submit();
    await clock.advance(1_000);
    for (let round = 0; round < 5; round++) {
      counts.clear();
      await submit();
      await clock.advance(1_000);
      const { reads, writes, deletes } = totalCounts(counts);
      expect({ reads, writes, deletes }).toEqual({ reads: 2, writes: 4, deletes: 0 });
    }
  });

  it("costs at most 1.2 reads and 3.2 writes each when claimed by tens", async () => {
    const { submitMany, clock, counts, conea } = await openNoting({ limits: { requests: "1000/min" } });
    // Prices are read once a minute, for however many tasks.
    await conea.prices.read();
    counts.clear();
    await submitMany(10);
    await clock.advance(1_000);
    const { reads, writes } = totalCounts(counts);
    expect(reads / 10).toBeLessThanOrEqual(1.2);
    expect(writes / 10).toBeLessThanOrEqual(3.2);
    expect(await conea.documents.count({ collection: "tasks", where: [["status", "==", "succeeded"]] })).toBe(
      10,
    );
  });

  it("gives the vendor's name of the model to the provider, and ours to the caller", async () => {
    const models: string[] = [];
    const provider: Provider = {
      async chat({ model }) {
        models.push(model);
        return answer;
      },
    };
    const { submit, clock, read } = await openTestConea({ provider });
    const { task } = await submit(aChat({ model: "m" }));
    await clock.advance(1_000);
    expect(models).toEqual(["vendor-m"]);
    expect((await read(task.id)).model).toBe("m");
  });
});

describe("order and limits", () => {
  it("starts by priority, then by acceptance", async () => {
    const { submitMany, starts, clock } = await openNoting({ limits: { concurrency: 1 } }, 100);
    await submitMany(1);
    await clock.advance(0);
    await submitMany(12, (index) => ({
      priority: [9, 5, 0, 5][index % 4],
      input: { messages: [{ role: "user", content: `p${[9, 5, 0, 5][index % 4]}-${index}` }] },
    }));
    await clock.advance(10_000);
    expect(starts.slice(1).map(({ text }) => text)).toEqual([
      "p0-2",
      "p0-6",
      "p0-10",
      "p5-1",
      "p5-3",
      "p5-5",
      "p5-7",
      "p5-9",
      "p5-11",
      "p9-0",
      "p9-4",
      "p9-8",
    ]);
  });

  it("never runs more at once than the concurrency allows, and uses all of it", async () => {
    const { submitMany, clock, mostInFlight, starts } = await openNoting({ limits: { concurrency: 3 } }, 500);
    await submitMany(20);
    await clock.advance(60_000);
    expect(starts).toHaveLength(20);
    expect(mostInFlight()).toBe(3);
    expect((starts.at(-1)?.at ?? 0) - (starts[0]?.at ?? 0)).toBeLessThanOrEqual(7 * 500);
  });

  it.each([
    ["60/min", 60_000, 60, 150],
    ["50/hour", 3_600_000, 50, 120],
    ["10/2s", 2_000, 10, 45],
  ])(
    "meets %s exactly: never more in any window, and all of it while tasks wait",
    async (requests, windowMs, count, tasks) => {
      const { submitMany, clock, starts } = await openNoting({ limits: { requests } });
      await submitMany(tasks);
      await clock.advance(windowMs * 5);
      expect(starts).toHaveLength(tasks);
      for (const { at } of starts) {
        const inWindow = starts.filter((other) => other.at >= at && other.at < at + windowMs).length;
        expect(inWindow).toBeLessThanOrEqual(count);
      }
      const first = starts[0]?.at ?? 0;
      expect(starts.filter(({ at }) => at < first + windowMs)).toHaveLength(count);
      expect(starts.filter(({ at }) => at < first + windowMs * 1.1 + 1_000)).toHaveLength(2 * count);
    },
  );

  it("keeps one queue's line out of another's way when a process is full", async () => {
    const { submitMany, clock, starts } = await openNoting({ limits: {} }, 1_000);
    await submitMany(450);
    await clock.advance(10_000);
    expect(starts).toHaveLength(450);
  });
});

describe("startNow", () => {
  it("runs the head of the line in the calling process", async () => {
    const { submit, conea, read, clock } = await openTestConea();
    const { task } = await submit(aChat(), ann, { startsHere: true });
    await conea.runner.startNow(task);
    await clock.advance(0);
    expect((await read(task.id)).status).toBe("succeeded");
  });

  it("does not overtake: a worse task waits for the worker", async () => {
    const { submitMany, starts, conea, submit, clock } = await openNoting({ limits: { requests: "1/min" } });
    await submitMany(1);
    await clock.advance(100);
    await submitMany(1, () => ({ priority: 0, input: { messages: [{ role: "user", content: "best" }] } }));
    const { task } = await submit(aChat({ priority: 9 }), ann, { startsHere: true });
    await conea.runner.startNow(task);
    await clock.advance(130_000);
    expect(starts.map(({ text }) => text)).toEqual(["0", "best", "Hello"]);
  });
});

describe("drain", () => {
  it("lets calls end that end in time, and hands back the others without using up an attempt", async () => {
    const { submitMany, conea, read, clock } = await openNoting({}, 3_000);
    const [quick] = await submitMany(1);
    await clock.advance(2_500);
    const [slow] = await submitMany(1);
    await clock.advance(100);
    const drained = conea.runner.drain(1_000);
    await clock.advance(1_500);
    await drained;
    expect((await read(quick?.id ?? "")).status).toBe("succeeded");
    expect(await read(slow?.id ?? "")).toMatchObject({
      status: "ready",
      attemptsUsed: 0,
      attempts: [{ outcome: "interrupted" }],
    });
  });

  it("claims nothing more", async () => {
    const test = await openTestConea({ provider: echo });
    await test.conea.runner.drain(0);
    const { task } = await test.submit();
    await test.clock.advance(5_000);
    expect((await test.read(task.id)).status).toBe("ready");
  });
});
