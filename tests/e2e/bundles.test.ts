import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunctions } from "../../scripts/build-functions.ts";
import { freePort } from "./free-port.fixture.ts";

const root = join(import.meta.dirname, "../..");
const framework = join(root, "node_modules/@google-cloud/functions-framework/build/src/main.js");
const running: ChildProcess[] = [];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conea-bundles-"));
  await buildFunctions({ root, outDir: join(folder, "dist") });
  // The bundles leave the framework outside, as it is where they are deployed.
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
});

afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** Starts a built function on the Functions Framework, as it is started where it is deployed. */
async function startFunction(name: string): Promise<string> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [framework, "--target=main", `--source=${join(folder, "dist", name)}`],
    {
      env: { PATH: process.env.PATH, PORT: String(port), CONEA_DATA_DIR: join(folder, `data-${name}`) },
      stdio: ["ignore", "pipe", "pipe"],
      cwd: root,
    },
  );
  running.push(child);
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${name} exited with ${code}: ${output}`)));
    child.stdout.on("data", (chunk) => String(chunk).includes("URL:") && resolve());
  });
  return url;
}

describe("built functions on the Functions Framework", () => {
  it("api answers its health, refuses strangers, and reads bodies the framework has read already", async () => {
    const url = await startFunction("api");
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
    expect((await fetch(`${url}/v1/tasks`)).status).toBe(401);
    expect((await fetch(`${url}/v1/tasks`, { method: "PUT" })).status).toBe(405);
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string };
    expect(document.openapi).toBe("3.1.0");
  });

  it("worker takes a wake and refuses what is none", async () => {
    const url = await startFunction("worker");
    const post = (body: string) =>
      fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    expect((await post('{"queue":"openai","reason":"ready"}')).status).toBe(204);
    expect((await post('{"queue":"openai"}')).status).toBe(422);
    expect((await fetch(url)).status).toBe(405);
  });

  it("cron-sweep answers with what it repaired", async () => {
    const url = await startFunction("cron-sweep");
    const answer = await fetch(url, { method: "POST" });
    expect(await answer.json()).toMatchObject({ lost: 0, expired: 0, promoted: 0, queues: 4, failed: 0 });
  });
});
