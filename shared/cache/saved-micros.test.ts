import { describe, expect, it } from "vitest";
import { aChat, openTestConea } from "../tasks/conea.fixture.ts";
import { aProvider, says } from "../tasks/rescue.fixture.ts";

/** A thousandth of a dollar per token read, a hundredth per token written. */
const model = { price: { inputMicros: 1_000_000_000, cachedInputMicros: 0, outputMicros: 10_000_000_000 } };
/** What `rescue.fixture.ts` answers with: 3 tokens read, 5 written. */
const answerMicros = 3 * 1_000 + 5 * 10_000;

describe("an answer of the cache", () => {
  it("costs nothing and says what was saved", async () => {
    const { provider } = aProvider(says("Hi"));
    const { submit, clock, read } = await openTestConea({ provider, model });
    const cached = aChat({ model: "m", cache: { mode: "read_write", coalesce: false } });
    await submit(cached);
    await clock.advance(10);
    const { task } = await submit(cached);
    expect(await read(task.id)).toMatchObject({
      cache: "hit",
      cost: { micros: 0, known: true },
      savedMicros: answerMicros,
    });
  });

  it("says what was saved by waiting for another's call", async () => {
    const call = Promise.withResolvers<void>();
    const { provider } = aProvider(async () => {
      await call.promise;
      return "Hi";
    });
    const { submit, clock, read } = await openTestConea({ provider, model });
    const shared = aChat({ model: "m", cache: { mode: "read_write", coalesce: true } });
    const leader = await submit(shared);
    const follower = await submit(shared);
    await clock.advance(10);
    call.resolve();
    await clock.advance(100);
    expect(await read(leader.task.id)).not.toHaveProperty("savedMicros");
    expect(await read(follower.task.id)).toMatchObject({ cache: "hit", savedMicros: answerMicros });
  });

  it("does not say what was saved where that is not known", async () => {
    const { submit, clock, read } = await openTestConea();
    const cached = aChat({ model: "m", cache: { mode: "read_write", coalesce: false } });
    await submit(cached);
    await clock.advance(10);
    const { task } = await submit(cached);
    expect(await read(task.id)).toMatchObject({ cache: "hit", cost: { micros: 0, known: true } });
    expect(await read(task.id)).not.toHaveProperty("savedMicros");
  });
});
