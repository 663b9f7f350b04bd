import { expect, it } from "vitest";
import { mostInFlight, mostStarts } from "./measure-calls.ts";

function aCall(beganAt: number, endedAt?: number) {
  return { id: 1, queue: "q", key: "k", beganAt, ...(endedAt !== undefined && { endedAt }) };
}

it("finds the fullest window, wherever it begins", () => {
  expect(
    mostStarts(
      [0, 900, 950, 1_899, 3_000].map((at) => aCall(at)),
      1_000,
    ),
  ).toBe(3);
});

it("counts a start a whole period later into the next window", () => {
  expect(
    mostStarts(
      [0, 1_000, 2_000].map((at) => aCall(at)),
      1_000,
    ),
  ).toBe(1);
});

it("counts a call until its connection is done with, and one that never is for ever", () => {
  expect(mostInFlight([aCall(0, 100), aCall(100, 200), aCall(150, 160)])).toBe(2);
  expect(mostInFlight([aCall(0), aCall(50, 60), aCall(1_000)])).toBe(2);
});
