import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { gatherLines } from "./gather-lines.ts";

it("writes the lines of a turn together, in order, once the turn is over", async () => {
  const written: string[] = [];
  const stream = gatherLines({ write: (text) => written.push(text) });
  stream.write("one\n");
  stream.write("two\n");
  expect(written).toEqual([]);
  await nextTurn();
  stream.write("three\n");
  await nextTurn();
  expect(written).toEqual(["one\ntwo\n", "three\n"]);
});

it("says whether it is a terminal, as the stream it writes to does", () => {
  expect(gatherLines({ isTTY: true, write: () => undefined }).isTTY).toBe(true);
  expect("isTTY" in gatherLines({ write: () => undefined })).toBe(false);
});
