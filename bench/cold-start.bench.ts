import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFunctions } from "../scripts/build-functions.ts";
import { freePort } from "../tests/e2e/free-port.fixture.ts";
import { type Bench, type Figure, quantile } from "./measure.ts";

const rounds = 9;
const root = join(import.meta.dirname, "..");
const framework = join(root, "node_modules/@google-cloud/functions-framework/build/src/main.js");

/** Settings of a deployed function. Nothing of Google's is reached before the first request that needs it. */
const environment = {
  NODE_ENV: "production",
  CONEA_PLATFORM: "google",
  CONEA_PROJECT: "demo-project",
  CONEA_REGION: "europe-west1",
  CONEA_WORKER_URL: "https://worker-abc.a.run.app",
  CONEA_WAKES_SERVICE_ACCOUNT: "wakes@demo-project.iam.gserviceaccount.com",
  CONEA_BUCKET: "demo-project-files",
};

/** The least that a function on the Functions Framework can be. */
const hello = `import { http } from "@google-cloud/functions-framework";
http("main", (request, response) => { response.send("hello"); });`;

async function writeFloor(folder: string): Promise<void> {
  await mkdir(join(folder, "hello"));
  await writeFile(join(folder, "hello/index.js"), hello);
  await writeFile(join(folder, "hello/package.json"), '{"type":"module","main":"index.js"}');
}

/** From the start of the process to its first 2xx, in milliseconds. */
async function startOnce(source: string): Promise<number> {
  const port = await freePort();
  const from = performance.now();
  const child = spawn(process.execPath, [framework, "--target=main", `--source=${source}`], {
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
    stdio: ["ignore", "ignore", "inherit"],
    cwd: source,
  });
  const exited = once(child, "exit");
  const left = new AbortController();
  try {
    await Promise.race([
      untilReady(`http://127.0.0.1:${port}/healthz`, left.signal),
      refuseEnd(exited, source),
    ]);
    return performance.now() - from;
  } finally {
    left.abort();
    child.kill("SIGKILL");
    await exited;
  }
}

async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const response = await fetch(url, { signal }).catch(() => undefined);
    if (response?.ok) return void (await response.text());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function refuseEnd(exited: Promise<unknown[]>, source: string): Promise<void> {
  const [code] = await exited;
  throw new Error(`${source} exited with ${code}`);
}

async function measureAll(folder: string): Promise<Figure[]> {
  const built = await buildFunctions({ root, outDir: join(folder, "dist") });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFloor(folder);
  const names = built.map(({ name }) => name);
  const sources = new Map([
    ["floor", join(folder, "hello")],
    ...names.map((name): [string, string] => [name, join(folder, "dist", name)]),
  ]);
  const times = new Map([...sources.keys()].map((name) => [name, [] as number[]]));
  for (const source of sources.values()) await startOnce(source);
  // One of each in turn, so that whatever else the machine does slows all of them.
  for (let round = 0; round < rounds; round++) {
    for (const [name, source] of sources) times.get(name)?.push(await startOnce(source));
  }
  const median = (name: string) => quantile(times.get(name) ?? [], 0.5);
  return [
    { name: "hello world, the floor", value: median("floor"), unit: "ms" },
    ...built.flatMap(({ name, startBytes, allBytes }) => [
      { name, value: median(name), unit: "ms" },
      { name: `${name}, of the floor`, value: median(name) / median("floor"), unit: "×" },
      { name: `${name}, loaded at start`, value: startBytes / 1_000, unit: "kB" },
      { name: `${name}, whole bundle`, value: allBytes / 1_000, unit: "kB" },
    ]),
  ];
}

export const coldStart: Bench = {
  name: "cold-start",
  about:
    "node start to the first 2xx of each bundle on the Functions Framework, beside a hello-world function",
  async run() {
    const folder = await mkdtemp(join(tmpdir(), "conea-cold-"));
    return measureAll(folder).finally(() => rm(folder, { recursive: true, force: true }));
  },
};
