import { cases, type Measured, medianOf, type Round, roundsOf, type TargetName } from "./measure-gateways.ts";
import { gatewayNames } from "./start-gateways.ts";

type Column = { head: string; digits: number; of: (round: Round, name: TargetName) => number };

const columns: Column[] = [
  { head: "CPU µs", digits: 0, of: (round, name) => round[name].cpuUsPerRequest },
  {
    head: "of floor",
    digits: 1,
    of: (round, name) => round[name].cpuUsPerRequest / round.floor.cpuUsPerRequest,
  },
  { head: "per second", digits: 0, of: (round, name) => round[name].perSecond },
  { head: "of floor", digits: 2, of: (round, name) => round[name].perSecond / round.floor.perSecond },
  { head: "+p50 ms", digits: 2, of: (round, name) => round[name].p50 - round.vendor.p50 },
  { head: "+p99 ms", digits: 2, of: (round, name) => round[name].p99 - round.vendor.p99 },
  { head: "1st byte", digits: 2, of: (round, name) => round[name].firstByteP50 },
];

/** A line for each case and target: medians over the rounds, and of ratios and differences within each. */
export function toGatewayTable(measured: Measured): string[] {
  const head = ["answer", "conn.", "through", ...columns.map((column) => column.head)];
  const rows = cases.flatMap((one) =>
    (["vendor", ...gatewayNames] as const).map((name) => [
      one.kind,
      String(one.connections),
      name,
      ...columns.map(({ of, digits }) =>
        medianOf(roundsOf(measured, one), (round) => of(round, name)).toFixed(digits),
      ),
    ]),
  );
  return [head, ...rows].map(toLine);
}

function toLine(cells: string[]): string {
  return `  ${cells.map((cell, index) => (index < 3 ? cell.padEnd(9) : cell.padStart(11))).join("")}`;
}
