import { describe, expect, it } from "vitest";
import { openOnce } from "./open-once.ts";

describe("what is opened once", () => {
  it("is opened by the first who asks, and is the same for all", async () => {
    let opens = 0;
    const client = openOnce(async () => ++opens);
    expect([opens, client.opened()]).toEqual([0, undefined]);
    expect(await Promise.all([client.get(), client.get()])).toEqual([1, 1]);
    expect([await client.get(), await client.opened()]).toEqual([1, 1]);
  });

  it("is opened anew after a failure, which those who waited are told", async () => {
    let opens = 0;
    const client = openOnce(async () => {
      opens += 1;
      if (opens === 1) throw new Error("no token yet");
      return opens;
    });
    await expect(Promise.all([client.get(), client.get()])).rejects.toThrow("no token yet");
    expect(client.opened()).toBeUndefined();
    expect(await client.get()).toBe(2);
  });
});
