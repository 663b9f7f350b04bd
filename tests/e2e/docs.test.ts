import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ConeaConfig } from "../../shared/config/conea-config.ts";
import { type Receiver, startReceiver } from "../../shared/webhooks/receiver.fixture.ts";
import { type Started, startProcess } from "./start-process.fixture.ts";

let dataDir: string;
let conea: Started;
let receiver: Receiver;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "conea-"));
  conea = await startProcess({ CONEA_DATA_DIR: dataDir });
  receiver = await startReceiver((_, response) => response.writeHead(204).end());
});
afterAll(async () => {
  conea.process.kill("SIGKILL");
  await receiver.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function blocksOf(page: string, language: string): Promise<string[]> {
  const blocks = (await readFile(page, "utf8")).matchAll(/^```(\w+)\n([\s\S]*?)^```/gm);
  return [...blocks].flatMap(([, name, text = ""]) => (name === language ? [text] : []));
}

/** Runs a page's commands in one shell, in which a refused call ends everything. */
async function run(commands: string): Promise<{ code: number; output: string }> {
  const script = commands
    .replaceAll("http://127.0.0.1:8080", conea.url)
    .replaceAll("http://127.0.0.1:3000", `http://127.0.0.1:${receiver.port}`);
  const strict = 'set -euxo pipefail; curl() { command curl --fail-with-body --max-time 40 "$@"; }\n';
  const child = spawn("bash", ["-c", strict + script], {
    env: { PATH: process.env.PATH, HOME: dataDir, CONEA_URL: conea.url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const [code] = await once(child, "close");
  return { code, output };
}

describe("the commands of", () => {
  it("the first screen of the README run", { timeout: 60_000 }, async () => {
    const shown = (await blocksOf("README.md", "sh")).filter((text) => text.includes("$api/allowances"));
    expect(shown).toHaveLength(1);
    const { code, output } = await run(shown.join(""));
    expect([code, output]).toEqual([0, expect.stringContaining('"limits":{"micros":"2000000/day"}')]);
  });

  it.each([
    ["docs/money.md", "About queues."],
    ["docs/webhooks.md", '"state":"succeeded"'],
  ])("%s run", { timeout: 120_000 }, async (page, shows) => {
    const { code, output } = await run((await blocksOf(page, "sh")).join(""));
    expect([code, output]).toEqual([0, expect.stringContaining(shows)]);
  });
});

describe("what is shown of conea.yaml in", () => {
  it.each(["docs/money.md", "docs/webhooks.md"])("%s is taken", async (page) => {
    const [openai] = Object.values(parse(await readFile("conea.yaml", "utf8")).providers);
    const shown = await blocksOf(page, "yaml");
    expect(shown.length).toBeGreaterThan(0);
    for (const text of shown) {
      const { error } = ConeaConfig.safeParse({ providers: { openai }, models: {}, ...parse(text) });
      expect([text, error]).toEqual([text, undefined]);
    }
  });
});
