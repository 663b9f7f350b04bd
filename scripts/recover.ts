import { Recovery } from "../shared/api/queues.ts";
import { askConea, toTarget } from "./ask-conea.ts";

const usage = `npm run recover: puts a Conea back to work after a disaster, such as a wake service that lost everything.

Closes every breaker, takes back tasks whose worker is gone, frees the places of calls that are over and wakes every
queue. Nothing that was accepted is lost, no limit is exceeded, paused queues stay paused, and it may be run again.

  npm run recover -- --orphans   no worker is alive: take back every running task at once, not only when its lease ends

CONEA_URL       where Conea is      (http://127.0.0.1:8080)
CONEA_API_KEY   an administrator's  (local-dev-key)`;

async function main(args: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  if (args.includes("--help")) return usage;
  const unknown = args.find((arg) => arg !== "--orphans");
  if (unknown !== undefined) throw new Error(`There is no option ${unknown}.\n\n${usage}`);
  const body = { orphans: args.includes("--orphans") };
  return toReport(await askConea(toTarget(environment), "/v1/queues/recover", { body, schema: Recovery }));
}

function toReport({ queues, returned, expired, promoted, republished, failed }: Recovery): string {
  const width = Math.max(...queues.map(({ id }) => id.length));
  return [
    ...queues.map((queue) => `  ${queue.id.padEnd(width)}  ${toLine(queue)}`),
    "",
    `Taken back from workers that are gone: ${returned}. Put into line: ${promoted}. Expired: ${expired}.`,
    `Claims looked after and events published again: ${republished}.`,
    failed === 0
      ? "Every step succeeded."
      : `${failed} steps failed: they are logged; run this again, or leave them to the sweep.`,
  ].join("\n");
}

function toLine({ ready, scheduled, placesFreed, breakerWas, paused }: Recovery["queues"][number]): string {
  return [
    `woken, ${ready} ready, ${scheduled} scheduled`,
    ...(placesFreed > 0 ? [`${placesFreed} places freed`] : []),
    ...(breakerWas === "closed" ? [] : [`breaker was ${breakerWas.replace("_", " ")}, closed`]),
    ...(paused ? ["PAUSED: resume it to let its tasks start"] : []),
  ].join("; ");
}

try {
  console.log(await main(process.argv.slice(2), process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
