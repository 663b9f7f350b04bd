import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endProcess, startProcess } from "../tests/e2e/start-process.fixture.ts";
import { type Bench, quantile } from "./measure.ts";

const rounds = 5;
const headers = {
  Authorization: "Bearer local-dev-key",
  "Content-Type": "application/json",
  Prefer: "wait=30",
};
const body = '{"type":"chat","input":{"messages":[{"role":"user","content":"Hello"}]}}';

/** Resident memory of a process in MB, where the system tells. */
async function residentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

async function startOnce() {
  const dataDir = await mkdtemp(join(tmpdir(), "conea-bench-"));
  const started = await startProcess({ CONEA_DATA_DIR: dataDir });
  const idleMb = await residentMb(started.process.pid);
  const from = performance.now();
  await (await fetch(`${started.url}/v1/tasks`, { method: "POST", headers, body })).arrayBuffer();
  const firstTaskMs = performance.now() - from;
  const usedMb = await residentMb(started.process.pid);
  await endProcess(started, "SIGINT");
  await rm(dataDir, { recursive: true, force: true });
  return { readyMs: started.readyMs, firstTaskMs, idleMb, usedMb };
}

export const starting: Bench = {
  name: "start",
  about: "`npm start`'s program until it says that it serves, then one rehearsed task (medians of five)",
  async run() {
    const all: Awaited<ReturnType<typeof startOnce>>[] = [];
    for (let round = 0; round < rounds; round++) all.push(await startOnce());
    const median = (pick: (one: Awaited<ReturnType<typeof startOnce>>) => number) =>
      quantile(all.map(pick), 0.5);
    return [
      { name: "ready", value: median(({ readyMs }) => readyMs), unit: "ms" },
      {
        name: "first task, rehearsal loading included",
        value: median(({ firstTaskMs }) => firstTaskMs),
        unit: "ms",
      },
      { name: "resident at ready", value: median(({ idleMb }) => idleMb), unit: "MB" },
      { name: "resident after a task", value: median(({ usedMb }) => usedMb), unit: "MB" },
    ];
  },
};
