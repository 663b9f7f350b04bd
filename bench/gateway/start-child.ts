import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../tests/e2e/free-port.fixture.ts";

const host = "127.0.0.1";
const readyWithinMs = 20_000;
const lookAgainMs = 20;
/** What is kept of what it says, to be shown when it does not start. */
const keptCharacters = 2_000;

export type Child = { pid: number; url: string; close(): Promise<void> };

export type ChildOptions = {
  program?: string;
  args: (port: number) => string[] | Promise<string[]>;
  environment?: Record<string, string>;
  cwd?: string;
};

/** Starts a program that listens on a port of its own, and resolves once it takes connections. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const port = await freePort();
  const { program = process.execPath, environment, cwd } = options;
  const args = await options.args(port);
  const log = openLog();
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, NODE_ENV: "production", PORT: String(port), ...environment },
    // A file takes what is logged without anybody having to read it meanwhile.
    stdio: ["ignore", "ignore", log.file],
    cwd,
  });
  const endWithParent = () => child.kill("SIGKILL");
  process.once("exit", endWithParent);
  const close = async () => {
    process.off("exit", endWithParent);
    await end(child);
    log.remove();
  };
  try {
    await Promise.race([untilItListens(port), refuseEnd(child, program)]);
  } catch (error) {
    const said = log.end();
    await close();
    throw new Error(`${[program, ...args].join(" ")} did not start:\n${said}`, { cause: error });
  }
  return { pid: child.pid ?? 0, url: `http://${host}:${port}`, close };
}

function openLog() {
  const folder = mkdtempSync(join(tmpdir(), "conea-bench-log-"));
  const path = join(folder, "log");
  const file = openSync(path, "a");
  return {
    file,
    end: () => readFileSync(path, "utf8").slice(-keptCharacters),
    remove() {
      closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilItListens(port: number): Promise<void> {
  const until = performance.now() + readyWithinMs;
  while (!(await listens(port))) {
    if (performance.now() > until) throw new Error(`nothing listened within ${readyWithinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function refuseEnd(child: ChildProcess, program: string): Promise<never> {
  const [code] = await Promise.race([once(child, "exit"), once(child, "error").then(([error]) => [error])]);
  throw new Error(`${program} ended with ${code}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await exited;
  clearTimeout(timer);
}
