import { expect, it } from "vitest";
import { toRate } from "../../shared/config/rate.ts";
import { longestLifeMs, longestLog, permitLifeMs } from "../../shared/queue/limiter.ts";
import { checkHistory } from "./check-history.ts";
import { aQueue, aScenario, someTasks } from "./directed-scenario.ts";
import { gatherEvidence } from "./evidence.ts";
import { runSimulation } from "./run-simulation.ts";

/** The share of what the widened windows allow that a backlog of `windows` full windows makes use of. */
async function toShare(requests: string, slotMs: number, windows: number): Promise<number> {
  const rate = toRate(requests);
  if (!rate) throw new Error(`${requests} is not a rate`);
  const tasks = someTasks(rate.count * windows + 1, 0);
  const run = await runSimulation(
    aScenario({ slotMs, tasks, queues: [aQueue({ limits: { requests: [requests] } })] }),
  );
  expect(checkHistory(run)).toEqual([]);
  const { calls } = gatherEvidence(run);
  const wideningMs = rate.count > longestLog ? longestLifeMs([rate]) : permitLifeMs([rate]);
  const tookMs = (calls.at(-1)?.startAt ?? 0) - (calls[0]?.startAt ?? 0);
  return (windows * (rate.periodMs + wideningMs)) / tookMs;
}

it.each([
  ["60/min", 0, 5, 0.99],
  ["20/min", 0, 5, 0.99],
  ["5/s", 0, 20, 0.99],
  ["10/2s", 0, 20, 0.99],
  ["1200/min", 0, 2, 0.99],
  ["60/min", 250, 5, 0.99],
  ["20/min", 250, 5, 0.99],
  ["10/2s", 250, 20, 0.99],
  ["5/s", 250, 20, 0.99],
  ["1200/min", 250, 2, 0.99],
  ["3500/min", 250, 2, 0.99],
])(
  "a backlog uses what %s allows, woken in slots of %i ms",
  { timeout: 60_000 },
  async (requests, slotMs, windows, least) => {
    const share = await toShare(requests, slotMs, windows);
    console.log(`${requests} in slots of ${slotMs} ms: ${(share * 100).toFixed(1)} %`);
    expect(share).toBeGreaterThanOrEqual(least);
  },
);
