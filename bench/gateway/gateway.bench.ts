import type { Bench, Figure } from "../measure.ts";
import { judgeGateways } from "./judge-gateways.ts";
import { cases, type Measured, measureGateways, medianOf, type Round, roundsOf } from "./measure-gateways.ts";
import { readResidentMb } from "./read-process.ts";
import { type gatewayNames, startGateways, type Target, toVendorTarget } from "./start-gateways.ts";
import { startLoad } from "./start-load.ts";
import { startVendors } from "./start-vendors.ts";
import { toGatewayTable } from "./to-gateway-table.ts";

const usualRounds = 5;

export const besideGateways: Bench = {
  name: "gateway",
  about:
    "POST /openai/v1/chat/completions beside two gateways and the least that one can be (medians of rounds)",
  async run(scale) {
    const vendors = await startVendors();
    try {
      const targets = await startGateways(vendors);
      return await measure(
        [toVendorTarget(vendors), ...targets],
        Math.max(1, Math.round(usualRounds * scale)),
      );
    } finally {
      await vendors.close();
    }
  },
};

async function measure(targets: Target[], rounds: number): Promise<Figure[]> {
  const load = await startLoad();
  try {
    const memory = () => targets.map(({ name, pid }) => ({ name, mb: readResidentMb(pid("whole")) }));
    const before = memory();
    const measured = await measureGateways(load, targets, rounds);
    const after = memory();
    print(measured);
    return [
      ...before.map(
        ({ name, mb }): Figure => ({ name: `${name}, resident at start`, value: mb, unit: "MB" }),
      ),
      ...after.map(
        ({ name, mb }): Figure => ({ name: `${name}, resident at the end`, value: mb, unit: "MB" }),
      ),
      ...toFigures(measured),
    ];
  } finally {
    await load.close();
    for (const target of targets) await target.close();
  }
}

function print(measured: Measured): void {
  for (const line of toGatewayTable(measured)) console.log(line);
  console.log("");
  for (const { goal, shown, isMet } of judgeGateways(measured))
    console.log(`  ${isMet ? "met   " : "MISSED"}  ${goal}: ${shown}`);
  console.log("");
}

/** What the table leaves out: whether the vendor and the load held anybody up, and how busy the machine was besides. */
function toFigures(measured: Measured): Figure[] {
  const all = measured.flatMap(({ rounds }) => rounds);
  const most = (pick: (round: Round) => number) =>
    Math.max(...measured.map(({ rounds }) => medianOf(rounds, pick))) * 100;
  const loads = (name: (typeof gatewayNames)[number]) => most((round) => round[name].loadBusy);
  return [
    {
      name: "vendor's processor, busiest below the floor",
      value: most(({ floor }) => floor.vendorBusy),
      unit: "%",
    },
    { name: "load's processor, busiest above the floor", value: loads("floor"), unit: "%" },
    { name: "load's processor, busiest above Conea", value: loads("conea"), unit: "%" },
    {
      name: "machine's work for others",
      value: medianOf(all, ({ conea }) => conea.othersBusy) * 100,
      unit: "%",
    },
    ...cases.map((one) => ({
      name: `spread of the floor's throughput, ${one.kind} ${one.connections}`,
      value: spread(roundsOf(measured, one), ({ floor }) => floor.perSecond),
      unit: "× least",
    })),
  ];
}

function spread(rounds: Round[], pick: (round: Round) => number): number {
  const values = rounds.map(pick);
  return Math.max(...values) / Math.min(...values);
}
