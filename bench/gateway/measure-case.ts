import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import { quantile } from "../measure.ts";
import { readCpuMs, readMachineCpuMs } from "./read-process.ts";
import type { Target } from "./start-gateways.ts";
import type { Load } from "./start-load.ts";
import type { AnswerKind } from "./start-vendors.ts";
import { lastToken } from "./vendor-answer.ts";

/** How chats are asked for: over how many connections, each sending its next once the last is answered. */
export type Case = { kind: AnswerKind; connections: number };

/** What one short run of a case has shown of a target. */
export type Sample = {
  count: number;
  failed: number;
  perSecond: number;
  /** CPU time of the target's process, user and system, in microseconds. */
  cpuUsPerRequest: number;
  /** In milliseconds. */
  p50: number;
  p99: number;
  firstByteP50: number;
  /** Shares of one processor: what the vendor's process and the one that makes load were busy. */
  vendorBusy: number;
  loadBusy: number;
  /** Share of the machine that none of these was busy with. */
  othersBusy: number;
};

/** What is left to do for answered calls, such as settling them, belongs to them. */
const settleMs = 60;

/** Runs a case for `forMs` and resolves to what it has shown. */
export async function measureCase(
  { load, vendor }: { load: Load; vendor: Target },
  target: Target,
  { kind, connections }: Case,
  forMs: number,
): Promise<Sample> {
  const { url, headers, model } = target.ask(kind);
  const pids = { target: target.pid(kind), vendor: vendor.pid(kind), load: load.pid };
  const before = readAll(pids);
  const { count, failed, tookMs, firstBytes, ends } = await load.run({
    url,
    headers,
    body: toBody(model, kind !== "whole"),
    connections,
    forMs,
    mustHave: kind === "whole" ? [lastToken] : [lastToken, "[DONE]"],
  });
  await setTimeout(settleMs);
  const after = readAll(pids);
  const spent = (name: keyof typeof before) => after[name] - before[name];
  const ours = spent("vendor") + spent("load") + (target === vendor ? 0 : spent("target"));
  return {
    count,
    failed,
    perSecond: (count / tookMs) * 1_000,
    cpuUsPerRequest: (spent("target") / count) * 1_000,
    p50: quantile(ends, 0.5),
    p99: quantile(ends, 0.99),
    firstByteP50: quantile(firstBytes, 0.5),
    vendorBusy: spent("vendor") / tookMs,
    loadBusy: spent("load") / tookMs,
    othersBusy: Math.max(0, spent("machine") - ours) / (spent("at") * availableParallelism()),
  };
}

function readAll(pids: { target: number; vendor: number; load: number }) {
  return {
    target: readCpuMs(pids.target),
    vendor: readCpuMs(pids.vendor),
    load: readCpuMs(pids.load),
    machine: readMachineCpuMs(),
    at: performance.now(),
  };
}

function toBody(model: string, stream: boolean): string {
  const messages = [
    { role: "system", content: "You answer in one sentence." },
    { role: "user", content: "What does a gateway cost, and what is it worth?" },
  ];
  return JSON.stringify({
    model,
    messages,
    temperature: 0.2,
    ...(stream && { stream, stream_options: { include_usage: true } }),
  });
}
