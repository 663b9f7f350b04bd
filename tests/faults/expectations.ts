import { expect } from "vitest";
import type { Got } from "./doors/door.ts";
import { otherText, wholeText } from "./provider/sixty-tokens.ts";
import type { World } from "./world.ts";

/** The caller has the whole answer, and it is called complete. */
export function expectWhole(got: Got, text = wholeText): void {
  expect(got).toMatchObject({ text, finishReason: "stop" });
  expect(got.error).toBeUndefined();
}

/** The caller has the whole answer of one model, or the beginning of one and a clear error; nothing short is called complete. */
export function expectWholeOrError(got: Got): void {
  if (!got.error) {
    expectWhole(got, got.text === otherText ? otherText : wholeText);
    return;
  }
  expect(got.finishReason).toBeUndefined();
  expect([wholeText, otherText].some((text) => text.startsWith(got.text))).toBe(true);
  expect(got.error.code).not.toBe("");
  expect(got.error.message).toMatch(/\w+ \w+/);
}

/** How often the provider was asked for the primary model and for the fallback. */
export function expectSeen(
  world: World,
  { primary, fallback }: { primary?: number; fallback?: number },
): void {
  if (primary !== undefined) expect(world.seenBy(world.primary)).toHaveLength(primary);
  if (fallback !== undefined) expect(world.seenBy(world.fallback)).toHaveLength(fallback);
}

/** The most of `times` (rising) that are within any window of so many milliseconds. */
export function mostWithin(times: number[], windowMs: number): number {
  return Math.max(
    0,
    ...times.map((start) => times.filter((at) => at >= start && at < start + windowMs).length),
  );
}
