import { cases, type Measured, medianOf, type Round, roundsOf, type TargetName } from "./measure-gateways.ts";

/** One thing that is wanted of Conea, and whether this run shows it. */
export type Verdict = { goal: string; shown: string; isMet: boolean };

const peers = ["llms", "portkey"] as const;
const loaded = cases.filter(({ kind }) => kind !== "paced");
const wantedOfPortkey = 2;
const firstByteWithinMs = 2;

/** The goals in order of weight. What is compared was measured in the same round. */
export function judgeGateways(measured: Measured): Verdict[] {
  return [
    nothingFails(measured),
    ...peers.map((peer) =>
      isAhead(measured, peer, "CPU per request below", (round, name) => 1 / round[name].cpuUsPerRequest),
    ),
    ...peers.map((peer) =>
      isAhead(measured, peer, "throughput above", (round, name) => round[name].perSecond),
    ),
    ...(["whole", "streamed"] as const).map((kind): Verdict => {
      const ratio = medianOf(roundsOf(measured, { kind, connections: 16 }), toRatio("portkey", throughput));
      return {
        goal: `at least ${wantedOfPortkey} × portkey's throughput at 16, ${kind}`,
        shown: `${ratio.toFixed(2)} ×`,
        isMet: ratio >= wantedOfPortkey,
      };
    }),
    ...(["whole", "streamed"] as const).map((kind) => addsNoMore(measured, kind)),
    startsSoon(measured),
  ];
}

type Pick = (round: Round, name: TargetName) => number;
const throughput: Pick = (round, name) => round[name].perSecond;

function toRatio(peer: TargetName, pick: Pick): (round: Round) => number {
  return (round) => pick(round, "conea") / pick(round, peer);
}

function nothingFails(measured: Measured): Verdict {
  const samples = measured.flatMap(({ rounds }) => rounds.flatMap((round) => Object.values(round)));
  const failed = samples.reduce((sum, sample) => sum + sample.failed, 0);
  return { goal: "every answer is whole", shown: `${failed} were not`, isMet: failed === 0 };
}

function isAhead(measured: Measured, peer: TargetName, what: string, pick: Pick): Verdict {
  const ratios = loaded.map((one) => medianOf(roundsOf(measured, one), toRatio(peer, pick)));
  const shown = loaded.map(
    ({ kind, connections }, index) => `${kind} ${connections}: ${ratios[index]?.toFixed(2)}`,
  );
  return {
    goal: `${what} ${peer}'s at every connection count`,
    shown: `ahead by ${shown.join(", ")} ×`,
    isMet: ratios.every((ratio) => ratio > 1),
  };
}

function addsNoMore(measured: Measured, kind: "whole" | "streamed"): Verdict {
  const rounds = roundsOf(measured, { kind, connections: 1 });
  const added = (name: TargetName) => medianOf(rounds, (round) => round[name].p50 - round.vendor.p50);
  return {
    goal: `no more added latency (p50) than portkey at 1, ${kind}`,
    shown: `${added("conea").toFixed(2)} ms, portkey ${added("portkey").toFixed(2)} ms`,
    isMet: added("conea") <= added("portkey"),
  };
}

function startsSoon(measured: Measured): Verdict {
  const rounds = roundsOf(measured, { kind: "paced", connections: 1 });
  const later = medianOf(rounds, ({ conea, floor }) => conea.firstByteP50 - floor.firstByteP50);
  return {
    goal: `first streamed byte within ${firstByteWithinMs} ms of the floor's`,
    shown: `${later.toFixed(2)} ms later`,
    isMet: later <= firstByteWithinMs,
  };
}
