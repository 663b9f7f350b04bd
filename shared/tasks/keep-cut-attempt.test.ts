import { describe, expect, it } from "vitest";
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
