import { describe, expect, it } from "vitest";
import { sweep } from "../queue/sweep.ts";
import { cancelTask } from "./change-task.ts";
import { aChat, ann, openTestConea } from "./conea.fixture.ts";
import { aProvider, isSilent, stalls } from "./rescue.fixture.ts";

/** A thousandth of a dollar per token read, a hundredth per token written. */
const model = { price: { inputMicros: 1_000_000_000, cachedInputMicros: 0, outputMicros: 10_000_000_000 } };
const streamed = aChat({ model: "m", stream: true });
/** `estimate-tokens.ts` takes three bytes for a token. */
const read = Math.ceil(JSON.stringify(streamed.input).length / 3);

describe("a task that is cancelled while its call runs", () => {
  it("keeps what the call had written by then, and its cost", async () => {
    const { provider } = aProvider(stalls("123456"));
    const { conea, submit, clock, read: readTask } = await openTestConea({ provider, model });
    const { task } = await submit(streamed);
    await clock.advance(10);
    await cancelTask({ ...conea, abort: conea.runner.abort }, ann, task.id);
    await clock.advance(10);
    const micros = read * 1_000 + 2 * 10_000;
    expect(await readTask(task.id)).toMatchObject({
      status: "cancelled",
      attempts: [{ n: 1, outcome: "cancelled", usageEstimated: true, costMicros: micros }],
      cost: { micros, known: true },
    });
  });

  it("tells of it after its end, once and for all", async () => {
    const { submit, events, ...test } = await openTestConea({
      provider: aProvider(stalls("123456")).provider,
      model,
    });
    const { task } = await submit(streamed);
    await test.clock.advance(10);
    await cancelTask({ ...test.conea, abort: test.conea.runner.abort }, ann, task.id);
    await test.clock.advance(10);
    const { completedAt, cost, unpublished } = await test.read(task.id);
    const told = new Map(events.map((event) => [event.id, event]));
    expect([...told.values()].map(({ type }) => type).slice(-2)).toEqual(["task.cancelled", "task.cut"]);
    expect(events.at(-1)).toMatchObject({
      ...{ sequence: 4, time: completedAt },
      task: {
        status: "cancelled",
        cost,
        attempts: [{ n: 1, outcome: "cancelled", costMicros: cost.micros }],
      },
    });
    expect(unpublished).toBeUndefined();
  });

  it("leaves what cannot be told to the sweep", async () => {
    const { submit, events, ...test } = await openTestConea({
      provider: aProvider(stalls("123456")).provider,
      model,
    });
    const { task } = await submit(streamed);
    await test.clock.advance(10);
    const publish = test.conea.events.publish;
    test.conea.events.publish = () => Promise.reject(new Error("the publisher is down"));
    await cancelTask({ ...test.conea, abort: test.conea.runner.abort }, ann, task.id);
    await test.clock.advance(10);
    test.conea.events.publish = publish;
    await sweep(test.conea);
    expect(events.map(({ type }) => type).slice(-2)).toEqual(["task.cancelled", "task.cut"]);
  });

  it("keeps what a call cost that ran in another process than the cancel", async () => {
    const {
      conea,
      submit,
      clock,
      read: readTask,
    } = await openTestConea({
      provider: aProvider(stalls("123456")).provider,
      model,
    });
    const { task } = await submit(streamed);
    await clock.advance(10);
    const cancelling = cancelTask({ ...conea, abort: () => false }, ann, task.id);
    await clock.advance(60_000);
    await cancelling;
    expect(await readTask(task.id)).toMatchObject({
      attempts: [{ n: 1, outcome: "cancelled", usageEstimated: true }],
      cost: { micros: read * 1_000 + 2 * 10_000 },
    });
  });

  it("writes nothing for a call that had given nothing", async () => {
    const {
      conea,
      submit,
      clock,
      read: readTask,
      counts,
    } = await openTestConea({
      provider: aProvider(isSilent).provider,
      model,
    });
    const { task } = await submit(streamed);
    await clock.advance(10);
    await cancelTask({ ...conea, abort: conea.runner.abort }, ann, task.id);
    const before = counts.get("tasks")?.writes;
    await clock.advance(10);
    expect(counts.get("tasks")?.writes).toBe(before);
    expect(await readTask(task.id)).toMatchObject({ status: "cancelled", attempts: [], cost: { micros: 0 } });
  });
});
