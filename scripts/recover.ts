import { Problem } from "../shared/api/problem.ts";
import { Recovery } from "../shared/api/queues.ts";

const usage = `npm run recover: puts a Conea back to work after a disaster, such as a wake service that lost everything.

Closes every breaker, takes back tasks whose worker is gone, frees the places of calls that are over and wakes every
queue. Nothing that was accepted is lost, no limit is exceeded, paused queues stay paused, and it may be run again.

  npm run recover -- --orphans   no worker is alive: take back every running task at once, not only when its lease ends

CONEA_URL       where Conea is      (http://127.0.0.1:8080)
CONEA_API_KEY   an administrator's  (local-dev-key)`;

const timeoutMs = 280_000;

type Call = { url: string; key: string; orphans: boolean };

async function main(args: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  if (args.includes("--help")) return usage;
  const unknown = args.find((arg) => arg !== "--orphans");
  if (unknown !== undefined) throw new Error(`There is no option ${unknown}.\n\n${usage}`);
  const { CONEA_URL: url = "http://127.0.0.1:8080", CONEA_API_KEY: key = "local-dev-key" } = environment;
  return toReport(await recover({ url, key, orphans: args.includes("--orphans") }));
}

async function recover({ url, key, orphans }: Call): Promise<Recovery> {
  const answer = await send(url, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ orphans }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body: unknown = await answer.json().catch(() => undefined);
  const recovery = Recovery.safeParse(body);
  if (answer.ok && recovery.success) return recovery.data;
  const problem = Problem.safeParse(body);
  if (problem.success) throw new Error(`Conea at ${url} refused: ${problem.data.detail}`);
  throw new Error(
    `What is at ${url} answered ${answer.status} and is no Conea that can recover; set CONEA_URL.`,
  );
}

async function send(url: string, init: RequestInit): Promise<Response> {
  if (!URL.canParse(url)) throw new Error(`CONEA_URL is no address: ${url}`);
  try {
    return await fetch(new URL("/v1/queues/recover", url), init);
  } catch (cause) {
    throw new Error(`Conea does not answer at ${url}; is it running, and is CONEA_URL right?`, { cause });
  }
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
