import { describe, expect, it } from "vitest";
import { guardStart, withPermit } from "./call-permit.ts";

function openGuarded() {
  const sent: string[] = [];
  const fetch = guardStart(async (input) => {
    sent.push(String(input));
    return new Response();
  });
  return { sent, fetch };
}

describe("a guarded fetch", () => {
  it("sends nothing of a call whose permit ran out while it was being prepared", async () => {
    const { sent, fetch } = openGuarded();
    let isGood = true;
    const permit = { mayStart: () => isGood, isRefused: false };
    const call = withPermit(permit, async () => {
      await Promise.resolve();
      return fetch("http://vendor/chat");
    });
    isGood = false;
    await expect(call).rejects.toThrow("run out");
    expect(sent).toEqual([]);
    expect(permit.isRefused).toBe(true);
  });

  it("lets a call that has started go on, whatever becomes of its permit", async () => {
    const { sent, fetch } = openGuarded();
    let isGood = true;
    const permit = { mayStart: () => isGood, isRefused: false };
    await withPermit(permit, async () => {
      await fetch("http://vendor/start");
      isGood = false;
      await fetch("http://vendor/rest");
    });
    expect(sent).toHaveLength(2);
    expect(permit.isRefused).toBe(false);
  });

  it("keeps the permits of calls that run at once apart", async () => {
    const { sent, fetch } = openGuarded();
    const permits = [true, false].map((isGood) => ({ mayStart: () => isGood, isRefused: false }));
    const calls = permits.map((permit, index) => withPermit(permit, () => fetch(`http://vendor/${index}`)));
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(sent).toEqual(["http://vendor/0"]);
  });

  it("sends what belongs to no call", async () => {
    const { sent, fetch } = openGuarded();
    await fetch("http://elsewhere/");
    expect(sent).toEqual(["http://elsewhere/"]);
  });
});
