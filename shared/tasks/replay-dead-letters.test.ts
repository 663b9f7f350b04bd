import { expect, it } from "vitest";
import { toTime } from "../core/clock.ts";
import { ann, openTestConea } from "./conea.fixture.ts";
import { replayDeadLetters } from "./replay-dead-letters.ts";

it("keeps what a call with an Idempotency-Key asked for thirty days from its first time, answered or not", async () => {
  const { conea, clock, close } = await openTestConea();
  const deleteAt = toTime(clock.now() + 30 * 86_400_000);
  const ask = () => replayDeadLetters(conea, ann, { filter: {} }, "again");
  const read = () => conea.documents.query({ collection: "replayRequests" });
  expect((await ask()).repeated).toBe(false);
  expect(await read()).toMatchObject([{ data: { deleteAt, answer: { replayed: 0 } } }]);
  await clock.advance(86_400_000);
  expect((await ask()).repeated).toBe(true);
  expect(await read()).toMatchObject([{ data: { deleteAt } }]);
  await close();
});
