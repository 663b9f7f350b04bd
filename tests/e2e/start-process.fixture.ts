import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export type Started = {
  process: ChildProcess;
  url: string;
  /** From spawn to the line that says it serves. */
  readyMs: number;
  output: () => string;
};

/** Starts `npm start`'s program on a free port and resolves once it says that it serves. */
export async function startProcess(environment: Record<string, string>): Promise<Started> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["local/start.ts"], {
    env: { PATH: process.env.PATH, PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`exited with ${code} before it served:\n${output}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      const url = /^Conea is ready on (http:\S+)$/.exec(line)?.[1];
      if (url) resolve({ process: child, url, readyMs: performance.now() - startedAt, output: () => output });
    });
  });
}

/** Sends the signal and resolves to the exit code, or to the signal that ended the process. */
export async function endProcess(
  { process: child }: Started,
  signal: NodeJS.Signals,
): Promise<number | string> {
  const exited = once(child, "exit");
  child.kill(signal);
  const [code, by] = await exited;
  return code ?? by;
}
