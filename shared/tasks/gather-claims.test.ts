import { expect, it } from "vitest";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { gatherClaims } from "./gather-claims.ts";

function open() {
  const clock = createVirtualClock();
  const asked: string[] = [];
  const ends: PromiseWithResolvers<string>[] = [];
  const claim = gatherClaims<string, string>(clock, (queueId, taskIds) => {
    asked.push(`${queueId}: ${[...taskIds].join(" ")}`);
    const end = Promise.withResolvers<string>();
    ends.push(end);
    return end.promise;
  });
  return { clock, asked, ends, claim };
}

it("claims the first at once, and those asked for meanwhile together", async () => {
  const { clock, asked, ends, claim } = open();
  const first = claim("q", "a");
  const others = [claim("q", "b"), claim("q", "c"), claim("q", "b")];
  expect(asked).toEqual(["q: a"]);
  await clock.advance(1_000);
  expect(asked).toEqual(["q: a"]);
  ends[0]?.resolve("one");
  await clock.advance(0);
  expect(asked).toEqual(["q: a", "q: b c"]);
  ends[1]?.resolve("two");
  expect([await first, ...(await Promise.all(others))]).toEqual(["one", "two", "two", "two"]);
});

it("claims together what is asked for in one turn, though the first claim has ended by then", async () => {
  const { clock, asked, ends, claim } = open();
  const first = claim("q", "a");
  ends[0]?.resolve("one");
  await first;
  void claim("q", "b");
  void claim("q", "c");
  expect(asked).toEqual(["q: a"]);
  await clock.advance(0);
  expect(asked).toEqual(["q: a", "q: b c"]);
});

it("claims at once again when the turn is over, and in every queue by itself", async () => {
  const { clock, asked, ends, claim } = open();
  void claim("q", "a");
  void claim("other", "b");
  ends[0]?.resolve("one");
  await clock.advance(0);
  void claim("q", "c");
  expect(asked).toEqual(["q: a", "other: b", "q: c"]);
});

it("goes on after a claim that failed, which fails those alone that it was for", async () => {
  const { clock, ends, claim } = open();
  const first = claim("q", "a");
  const second = claim("q", "b");
  ends[0]?.reject(new Error("no store"));
  await expect(first).rejects.toThrow("no store");
  await clock.advance(0);
  ends[1]?.resolve("two");
  expect(await second).toBe("two");
});
