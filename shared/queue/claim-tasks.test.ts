import { expect, it } from "vitest";
import { ProviderError } from "../providers/provider-error.ts";
import { echo, openTestConea } from "../tasks/conea.fixture.ts";
import { type QueueDocument, queuePath } from "./queue-document.ts";

it("writes the end of the probe that mends a breaker at once, though nothing else waits", async () => {
  let isDown = true;
  const { submit, read, clock, embedded, close } = await openTestConea({
    provider: { chat: (call) => (isDown ? Promise.reject(new ProviderError("overloaded")) : answer(call)) },
    breaker: { failures: 1, successes: 1, openMs: 1_000 },
    retry: { baseMs: 1, maxMs: 1 },
  });
  const readBreaker = async () =>
    (await embedded.platform.documents.get<QueueDocument>(queuePath("main")))?.data.breaker;
  const { task } = await submit();
  await clock.advance(500);
  expect(await readBreaker()).toMatchObject({ state: "open" });
  isDown = false;
  await clock.advance(1_000);
  expect(await read(task.id)).toMatchObject({ status: "succeeded" });
  expect(await readBreaker()).toMatchObject({ state: "closed", failedAt: [] });
  await close();
});

const answer = echo.chat ?? (() => Promise.reject(new Error("the echo does not chat")));
