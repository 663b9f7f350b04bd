import { describe, expect, it } from "vitest";
import { createFairShare } from "./create-fair-share.ts";
import { openTestWebhooks } from "./webhooks.fixture.ts";

const healthy = "https://example.com/healthy";

/** How long each of 300 messages took to arrive at a healthy endpoint, five a second, sorted (virtual ms). */
async function delaysBeside({ dead, capacity }: { dead: number; capacity: number }): Promise<number[]> {
  const test = await openTestWebhooks({ capacity });
  await test.add(healthy, () => ({ afterMs: 20 }));
  for (let n = 0; n < dead; n++) await test.add(`https://example.com/dead-${n}`, () => ({ hangs: true }));
  for (let n = 0; n < 300; n++) {
    await test.publish();
    await test.clock.advance(200);
  }
  await test.clock.advance(20_000);
  expect(test.at(healthy)).toHaveLength(300);
  expect(new Set(test.at(healthy).map(({ id }) => id)).size).toBe(300);
  return test
    .at(healthy)
    .map(({ at, outgoing }) => at - Date.parse(JSON.parse(outgoing.body).timestamp))
    .toSorted((a, b) => a - b);
}

const p99 = (sorted: number[]) => sorted[Math.floor(sorted.length * 0.99)];

describe("a healthy endpoint", () => {
  it.each([
    ["with room for all", 200],
    ["in a process that ten hanging endpoints fill", 10],
  ])("hears as soon beside ten dead ones as alone, %s", async (_, capacity) => {
    const alone = await delaysBeside({ dead: 0, capacity });
    const beside = await delaysBeside({ dead: 10, capacity });
    expect(p99(beside)).toBe(p99(alone));
    expect(beside.at(-1)).toBeLessThanOrEqual(1_000);
  });
});

describe("a process's calls", () => {
  it("are shared: what one endpoint holds is bounded, and the first call of each always may", () => {
    const share = createFairShare(10);
    const names = ["a", "b", "c", "d", "e"];
    const leaves = names.map((name) => share.enter(name));
    const takeAll = (name: string) => {
      let taken = 0;
      for (; taken < 50 && share.mayStart(name); taken++) share.start(name);
      return taken;
    };
    expect(names.map(takeAll)).toEqual([2, 2, 2, 2, 2]);
    share.enter("late");
    expect(takeAll("late")).toBe(1);
    for (const leave of leaves) leave();
    expect(takeAll("late")).toBe(0);
  });

  it("tell those who wait when one has ended", async () => {
    const share = createFairShare(1);
    share.enter("a");
    const end = share.start("a");
    let isTold = false;
    const told = share.changed().then(() => {
      isTold = true;
    });
    await Promise.resolve();
    expect(isTold).toBe(false);
    end();
    await told;
    expect(share.mayStart("a")).toBe(true);
  });
});
