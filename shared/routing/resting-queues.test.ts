import { expect, it } from "vitest";
import { closedBreaker } from "../queue/breaker.ts";
import { emptyQueue, queuePath } from "../queue/queue-document.ts";
import { openTestConea } from "../tasks/conea.fixture.ts";

async function open() {
  const { conea, clock, embedded, close } = await openTestConea({ breaker: { probes: 1 } });
  const { documents } = embedded.platform;
  const put = (breaker: Partial<typeof closedBreaker>) => {
    const data = { ...emptyQueue, breaker: { ...closedBreaker, ...breaker } };
    return documents.commit([{ op: "set", path: queuePath("main"), data }]);
  };
  return { resting: conea.resting, clock, put, close };
}

it("believes that a provider is well for a second", async () => {
  const { resting, clock, put, close } = await open();
  expect(await resting.isResting("main")).toBe(false);
  await put({ state: "open", openUntil: clock.now() + 60_000 });
  expect(await resting.isResting("main")).toBe(false);
  resting.told("main");
  expect(await resting.isResting("main")).toBe(false);
  await clock.advance(1_000);
  expect(await resting.isResting("main")).toBe(true);
  await close();
});

it("looks anew once a breaker is no longer open, and lets as many there as it takes probes", async () => {
  const { resting, clock, put, close } = await open();
  await put({ state: "open", openUntil: clock.now() + 300 });
  expect(await resting.isResting("main")).toBe(true);
  await clock.advance(300);
  expect([await resting.isResting("main"), await resting.isResting("main")]).toEqual([false, true]);
  await close();
});

it("looks anew at one that is not well when this process has told it of a call's end", async () => {
  const { resting, clock, put, close } = await open();
  await put({ state: "open", openUntil: clock.now() + 60_000 });
  expect(await resting.isResting("main")).toBe(true);
  await put({ state: "closed" });
  expect(await resting.isResting("main")).toBe(true);
  resting.told("main");
  expect([await resting.isResting("main"), await resting.isResting("main")]).toEqual([false, false]);
  await close();
});
