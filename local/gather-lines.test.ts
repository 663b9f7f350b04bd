import { expect, it, vi } from "vitest";
import { gatherLines } from "./gather-lines.ts";

it("writes the lines of a moment together, in order, once it is over", () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const written: string[] = [];
  const stream = gatherLines({ write: (text) => written.push(text) });
  stream.write("one\n");
  stream.write("two\n");
  expect(written).toEqual([]);
  vi.advanceTimersByTime(10);
  stream.write("three\n");
  vi.advanceTimersByTime(10);
  expect(written).toEqual(["one\ntwo\n", "three\n"]);
  vi.useRealTimers();
});

it("says whether it is a terminal, as the stream it writes to does", () => {
  expect(gatherLines({ isTTY: true, write: () => undefined }).isTTY).toBe(true);
  expect("isTTY" in gatherLines({ write: () => undefined })).toBe(false);
});
