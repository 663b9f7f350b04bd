import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BatchEvent } from "../api/events.ts";
import { sweep } from "../queue/sweep.ts";
import { ann, echo } from "../tasks/conea.fixture.ts";
import type { BatchDocument } from "./batch-document.ts";
import { aLine, openBatches } from "./batches.fixture.ts";
import { cancelBatch } from "./cancel-batch.ts";
import { driveBatch } from "./drive-batch.ts";
import { type Fault, toMortal } from "./mortal-ports.fixture.ts";

/** So small that a few lines are several pages and several parts. */
const sizes = { pageLines: 4, pageBytes: 1_000, partLines: 5, partBytes: 2_000 };

const none: Fault = { at: Number.POSITIVE_INFINITY, what: "before" };
const what = fc.constantFrom<Fault["what"]>("before", "after", "refused", "lost");
const fault = fc.record({ at: fc.integer({ min: 1, max: 40 }), what });
const faults = fc.array(fc.option(fault, { nil: none }), { minLength: 1, maxLength: 3 });

/** What happens to a batch: drivers at once, each until it dies or has nothing to do; time; a cancel. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("drive" as const), faults }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 5_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const) }) },
);

const story = fc.record({
  count: fc.integer({ min: 1, max: 30 }),
  odd: fc.integer({ min: 2, max: 9 }),
  maxReady: fc.constantFrom(4, 20, 10_000),
  strict: fc.boolean(),
  limits: fc.constantFrom({}, { requests: "5/s" }),
  steps: fc.array(step, { maxLength: 25 }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

describe("a batch whose drivers die at any moment, and of which several drive at once", () => {
  it("makes one task of each line, calls each once, and tells of each once", async () => {
    await fc.assert(fc.asyncProperty(story, live), { numRuns: 300 });
  }, 120_000);
});

async function live({ count, odd, maxReady, strict, limits, steps }: Story): Promise<void> {
  const called: string[] = [];
  const provider = {
    ...echo,
    chat: async (call: Parameters<NonNullable<typeof echo.chat>>[0]) => {
      called.push(String(call.input.messages[0]?.content));
      return echo.chat?.(call) ?? Promise.reject(new Error("no chat"));
    },
  };
  const at = await openBatches({ provider, queue: { maxReady, strict }, limits });
  const deps = { ...at.deps, sizes };
  const ids = Array.from({ length: count }, (_, index) => `line-${index}`);
  const { id } = await at.create(
    ids.map((name, index) => aLine(name, name, index % odd === 1 ? "none" : "m")),
  );
  for (const one of steps) {
    if (one.kind === "wait") await at.clock.advance(one.ms);
    if (one.kind === "cancel") await cancelBatch(deps, ann, id).catch(() => undefined);
    if (one.kind !== "drive") continue;
    const drivers = one.faults.map((fault) => {
      const mortal = toMortal(deps, fault);
      const driven = driveBatch(mortal.deps, id, Number.POSITIVE_INFINITY);
      return Promise.race([driven, mortal.died]).catch(() => undefined);
    });
    // Some wait for the clock: those who try again after another was let into a line.
    const all = { done: false };
    const driven = Promise.all(drivers).finally(() => Object.assign(all, { done: true }));
    while (!all.done) await at.clock.advance(10);
    await driven;
  }
  for (let round = 0; (await driveBatch(deps, id, Number.POSITIVE_INFINITY)) !== "ended"; round++) {
    if (round === 300) throw new Error(`the batch did not end: ${JSON.stringify(await at.read(id))}`);
    await sweep(at.conea);
    await at.clock.advance(6_000);
  }
  const ended = await at.read(id);
  await at.clock.advance(60_000);
  expect(called.toSorted()).toEqual([...new Set(called)].sort());
  expectTold(at, ended);
  await expectWhole(at, ended, ids);
  await at.close();
}

/** Each event at least once, each the same whenever it comes, and no other. */
function expectTold({ allEvents }: Awaited<ReturnType<typeof openBatches>>, batch: BatchDocument): void {
  const told = new Map<string, BatchEvent>();
  for (const event of allEvents) {
    if (!("batch" in event)) continue;
    expect(told.get(event.id) ?? event).toEqual(event);
    told.set(event.id, event);
  }
  const inOrder = [...told.values()].sort((a, b) => a.sequence - b.sequence);
  expect(inOrder.map(({ sequence, type }) => `${sequence} ${type}`)).toEqual(
    ["created", ...(batch.runningAt ? ["running"] : []), batch.stoppedBy ?? "completed"].map(
      (step, index) => `${index + 1} batch.${step}`,
    ),
  );
  const { total, completed, failed } = batch;
  expect(inOrder.at(-1)?.batch).toMatchObject({ id: batch.id, createdBy: "ann", total, completed, failed });
  expect(batch.active).toBe(false);
}

async function expectWhole(
  at: Awaited<ReturnType<typeof openBatches>>,
  ended: BatchDocument,
  ids: string[],
): Promise<void> {
  const tasks = await at.tasksOf(ended.id);
  const lines = tasks.map(({ batch }) => batch?.line);
  expect(new Set(lines).size).toBe(lines.length);
  expect(tasks.length + ended.refused).toBe(ended.fed);
  const [output, errors] = [await at.results(ended.outputFileId), await at.results(ended.errorFileId)];
  const told = [...output, ...errors].map((one) => one.custom_id);
  expect(told.toSorted()).toEqual(ended.total === 0 ? [] : ids.toSorted());
  const answered = tasks.filter(({ status }) => status === "succeeded").map(({ id }) => id);
  expect(output.map(({ response }) => response?.request_id).sort()).toEqual(answered.sort());
  expect([ended.completed, ended.failed]).toEqual([output.length, errors.length]);
  expect(ended.stoppedBy ? "stopped" : tasks.length + ended.refused).toBe(
    ended.stoppedBy ? "stopped" : ids.length,
  );
  expect((await at.readFile(ended.inputFileId)).uses).toBe(0);
}
