import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { MissingTool } from "./missing-tool.ts";

/** What an emulator prints at most before it is ready; later output is of no interest. */
const keptCharacters = 4_000;

export type JavaProcess = {
  /** Resolves when `ready` is printed; rejects when the process ends before or `withinMs` pass. */
  ready: Promise<void>;
  /** Ends exactly this process and waits until it is gone. An emulator keeps nothing, so nothing is flushed. */
  stop(): Promise<void>;
};

/** Starts `java` with these arguments and watches its output for the line that says it serves. */
export function startJava(args: string[], ready: RegExp, withinMs: number): JavaProcess {
  const child = spawn("java", args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit").catch(() => undefined);
  const killWithParent = () => child.kill("SIGKILL");
  process.once("exit", killWithParent);
  void exited.then(() => process.off("exit", killWithParent));
  return {
    ready: waitForLine(child, ready, withinMs),
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function waitForLine(child: ChildProcess, ready: RegExp, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (what: string) => reject(new Error(`The emulator ${what}:\n${output}`));
    const timer = setTimeout(() => fail(`was not ready within ${withinMs} ms`), withinMs);
    const listen = (chunk: Buffer) => {
      if (output.length < keptCharacters) output += chunk;
      if (ready.test(output)) resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => fail(`ended with ${code} before it was ready`));
    child.once("error", (cause) => reject(new MissingTool("java (17 or later) is missing.", { cause })));
    for (const event of ["exit", "error"]) child.once(event, () => clearTimeout(timer));
  });
}
