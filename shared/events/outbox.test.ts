import { expect, it } from "vitest";
import { allTold, type Outbox, untoldOf, withRecorded } from "./outbox.ts";

type Change = { type: "opened" | "closed" };

function record(count: number, from?: Outbox<Change>): Outbox<Change> | undefined {
  let outbox = from;
  for (let n = 0; n < count; n++) outbox = withRecorded(outbox, { type: "opened", at: `at ${n}` });
  return outbox;
}

const sequences = (outbox: Outbox<Change> | undefined) => untoldOf(outbox).map(({ sequence }) => sequence);

it("numbers events from 1 without a gap, and has them untold until they are known to be told", () => {
  const two = record(2);
  expect(sequences(two)).toEqual([1, 2]);
  const told = two && allTold(two);
  expect(sequences(told)).toEqual([]);
  expect(sequences(record(1, told))).toEqual([3]);
});

it("has nothing to tell where nothing was recorded", () => {
  expect(untoldOf(undefined)).toEqual([]);
});

it("keeps the latest events, and goes on counting", () => {
  const many = record(100);
  expect(many).toMatchObject({ sequence: 100, told: 0 });
  expect(many?.recent.at(0)?.sequence).toBe(77);
  expect(many?.recent.at(-1)?.sequence).toBe(100);
});
