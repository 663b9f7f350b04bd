import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export type StandIn = {
  /** `host:port`. */
  endpoint: string;
  /** Ends exactly this process and waits until it is gone. */
  close(): Promise<void>;
};

const readyWithinMs = 20_000;

/** Starts a service of `tests/emulators/` as a process of its own and resolves once it says where it listens. */
export async function startStandIn(service: string, options: object): Promise<StandIn> {
  const program = new URL(`../../emulators/${service}/main.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const killWithParent = () => child.kill("SIGKILL");
  process.once("exit", killWithParent);
  void exited.then(() => process.off("exit", killWithParent));
  const signal = AbortSignal.any([AbortSignal.timeout(readyWithinMs), endOf(exited)]);
  const close = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  try {
    const [line] = await once(createInterface({ input: child.stdout }), "line", { signal });
    return { endpoint: String(line).split(" ").at(-1) ?? "", close };
  } catch (error) {
    await close();
    throw error;
  }
}

function endOf(exited: Promise<unknown>): AbortSignal {
  const ended = new AbortController();
  void exited.then(() => ended.abort(new Error("The stand-in ended before it was ready.")));
  return ended.signal;
}
