import { describe, expect, it } from "vitest";
import { idFrom, isId, toId } from "./ids.ts";
import { randomIds } from "./random.ts";

describe("ids", () => {
  it("are a prefix and 26 characters, never twice the same", () => {
    const made = new Set(Array.from({ length: 1_000 }, () => randomIds.newId("task")));
    expect(made.size).toBe(1_000);
    for (const id of made) expect(id).toMatch(/^task_[a-z2-7]{26}$/);
  });

  it("made from the same parts are the same, and from other parts others", () => {
    expect(idFrom("task", "acme", "k")).toBe(idFrom("task", "acme", "k"));
    expect(idFrom("task", "ab", "c")).not.toBe(idFrom("task", "a", "bc"));
    expect(idFrom("task", "a", "")).not.toBe(idFrom("task", "a"));
  });

  it("use every bit of what they are made from", () => {
    const zero = new Uint8Array(17);
    for (let bit = 0; bit < 130; bit++) {
      const flipped = new Uint8Array(17);
      flipped[bit >> 3] = 128 >> (bit & 7);
      expect(toId("x", flipped)).not.toBe(toId("x", zero));
    }
  });

  it.each([
    "task_",
    "task_short",
    `task_${"A".repeat(26)}`,
    `task_${"a".repeat(27)}`,
    `blob_${"a".repeat(26)}`,
    `task_${"a".repeat(25)}\n`,
  ])("%j is none", (text) => {
    expect(isId("task", text)).toBe(false);
  });
});
