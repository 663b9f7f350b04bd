import { readFileSync } from "node:fs";

/** Linux counts CPU time in these: `getconf CLK_TCK` is 100 on every architecture that Node runs on. */
const tickMs = 10;

/** CPU time of all threads of a process since its start, user and system, in milliseconds, to the nearest 10. */
export function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name may hold spaces and brackets: what is counted begins after its last one, with field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Resident memory of a process, in MB. */
export function readResidentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

/** CPU time that the whole machine has spent working since its start, of all processors together, in milliseconds. */
export function readMachineCpuMs(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n", 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) * tickMs;
}
