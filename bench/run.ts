import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MissingTool } from "../tests/emulators/missing-tool.ts";
import { batches } from "./batches.bench.ts";
import { besideBullmq } from "./bullmq.bench.ts";
import { coldStart } from "./cold-start.bench.ts";
import { besideGateways } from "./gateway/gateway.bench.ts";
import { line } from "./line.bench.ts";
import type { Bench, Figure } from "./measure.ts";
import { starting } from "./start.bench.ts";
import { backlog, completing, single, submitting } from "./tasks.bench.ts";
import { webhooks } from "./webhooks.bench.ts";

const benches: Bench[] = [
  submitting,
  completing,
  single,
  backlog,
  line,
  batches,
  webhooks,
  starting,
  coldStart,
  besideBullmq,
  besideGateways,
];

const usage = `Measures Conea on this machine, prints a table and writes bench/results/latest.json.

npm run bench -- [--only ${benches.map(({ name }) => name).join("|")}] [--scale N]

--scale multiplies the number of tasks, or of rounds (default 1). Comparing with BullMQ needs redis-server, with gateways nginx.`;

const { values } = parseArgs({
  options: { help: { type: "boolean" }, only: { type: "string" }, scale: { type: "string", default: "1" } },
});

if (values.help) {
  console.log(usage);
} else {
  const chosen = benches.filter(({ name }) => !values.only || name === values.only);
  const scale = Number(values.scale);
  if (chosen.length === 0 || !(scale > 0)) {
    console.error(usage);
    process.exitCode = 2;
  } else {
    await runAll(chosen, scale);
  }
}

async function runAll(chosen: Bench[], scale: number): Promise<void> {
  const results: Record<string, Figure[]> = {};
  for (const { name, about, run } of chosen) {
    console.log(`\n${name}: ${about}`);
    const figures = await run(scale).catch(nameMissing);
    if (!figures) continue;
    for (const figure of figures) console.log(toRow(figure));
    results[name] = figures;
  }
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "latest.json");
  writeFileSync(
    file,
    `${JSON.stringify({ at: new Date(), node: process.version, scale, results }, undefined, 2)}\n`,
  );
  console.log(`\nWritten to ${file}`);
}

function nameMissing(error: unknown): undefined {
  if (!(error instanceof MissingTool)) throw error;
  console.log(`  left out: ${error.message}`);
}

function toRow({ name, value, unit }: Figure): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `  ${name.padEnd(42)} ${value.toFixed(digits).padStart(10)} ${unit}`;
}
