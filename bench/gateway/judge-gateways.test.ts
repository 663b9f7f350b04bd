import { expect, it } from "vitest";
import { judgeGateways } from "./judge-gateways.ts";
import type { Sample } from "./measure-case.ts";
import { cases, type Measured, type Round } from "./measure-gateways.ts";

const sample: Sample = {
  count: 100,
  failed: 0,
  perSecond: 1_000,
  cpuUsPerRequest: 500,
  p50: 1,
  p99: 2,
  firstByteP50: 1,
  vendorBusy: 0.1,
  loadBusy: 0.1,
  othersBusy: 0,
};
const same: Round = { vendor: sample, floor: sample, llms: sample, portkey: sample, conea: sample };

/** A run in which every case's only round holds these. */
function measured(changes: Partial<Round>, of: (typeof cases)[number][] = cases): Measured {
  return cases.map((one) => ({ case: one, rounds: [of.includes(one) ? { ...same, ...changes } : same] }));
}

function missed(all: Measured): string[] {
  return judgeGateways(all).flatMap(({ goal, isMet }) => (isMet ? [] : [goal]));
}

const better: Partial<Round> = { conea: { ...sample, perSecond: 2_000, cpuUsPerRequest: 250, p50: 0.9 } };

it("is met by whoever is ahead of both everywhere and by twice of Portkey", () => {
  expect(missed(measured(better))).toEqual([]);
});

it("is not met by being equal", () => {
  const goals = missed(measured({}));
  expect(goals).toHaveLength(6);
  expect(goals.every((goal) => /CPU|throughput/.test(goal))).toBe(true);
});

it("is not met where one connection count is behind", () => {
  const [first] = cases;
  const all = measured(better).map((one) => (one.case === first ? { ...one, rounds: [same] } : one));
  expect(missed(all)).toEqual([
    expect.stringContaining("CPU per request below llms"),
    expect.stringContaining("CPU per request below portkey"),
    expect.stringContaining("throughput above llms"),
    expect.stringContaining("throughput above portkey"),
  ]);
});

it("allows the first streamed byte two milliseconds more than the floor's, and no more", () => {
  const later = (ms: number) => ({ conea: { ...sample, ...better.conea, firstByteP50: 1 + ms } });
  expect(missed(measured(later(2)))).toEqual([]);
  expect(missed(measured(later(2.01)))).toEqual([expect.stringContaining("first streamed byte")]);
});

it("is not met where an answer was not whole, whoever gave it", () => {
  expect(missed(measured({ ...better, llms: { ...sample, failed: 1 } }))).toEqual(["every answer is whole"]);
});
