import { quantile } from "../measure.ts";
import { type Case, measureCase, type Sample } from "./measure-case.ts";
import type { Target } from "./start-gateways.ts";
import type { Load } from "./start-load.ts";
import type { AnswerKind } from "./start-vendors.ts";

export type TargetName = Target["name"];

/** One short run of each target, one after another. */
export type Round = Record<TargetName, Sample>;
export type Measured = { case: Case; rounds: Round[] }[];

export const cases: Case[] = [
  ...[1, 16, 64].map((connections): Case => ({ kind: "whole", connections })),
  ...[1, 16, 64].map((connections): Case => ({ kind: "streamed", connections })),
  { kind: "paced", connections: 1 },
];

const roundMs = 700;
/**
 * Code is warm by how often it ran, not for how long: the slower ones would be measured cold. After 6,000 requests a sixth of
 * Conea's time was still spent on compiling.
 */
const warmRequests = 15_000;
const warmRunMs = 1_000;
const longestWarmUpMs = 20_000;

/**
 * Runs every case with every target, in short rounds that take turns, so that whatever else the machine does slows all of them.
 * Each is warm before.
 */
export async function measureGateways(load: Load, targets: Target[], rounds: number): Promise<Measured> {
  const [vendor] = targets;
  if (!vendor) return [];
  for (const target of targets) {
    for (const kind of ["whole", "streamed"] as const) await warmUp({ load, vendor }, target, kind);
  }
  const measured: Measured = cases.map((one) => ({ case: one, rounds: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const one of measured) {
      const samples: Partial<Round> = {};
      for (const target of rotate(targets, round))
        samples[target.name] = await measureCase({ load, vendor }, target, one.case, roundMs);
      // Each of the targets has its sample now.
      one.rounds.push(samples as Round);
    }
  }
  return measured;
}

async function warmUp(
  parts: { load: Load; vendor: Target },
  target: Target,
  kind: AnswerKind,
): Promise<void> {
  const until = performance.now() + longestWarmUpMs;
  for (let count = 0; count < warmRequests && performance.now() < until; ) {
    count += (await measureCase(parts, target, { kind, connections: 16 }, warmRunMs)).count;
  }
}

/** Nobody is always the one after the same. */
function rotate<T>(all: T[], by: number): T[] {
  const at = by % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}

/** The rounds of a case. */
export function roundsOf(measured: Measured, { kind, connections }: Case): Round[] {
  const isIt = (one: Case) => one.kind === kind && one.connections === connections;
  return measured.find((one) => isIt(one.case))?.rounds ?? [];
}

/** What a round says, by its median over the rounds. */
export function medianOf(rounds: Round[], pick: (round: Round) => number): number {
  return quantile(rounds.map(pick), 0.5);
}
