import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPeers } from "./install-peers.ts";
import { type Child, startChild } from "./start-child.ts";
import { type AnswerKind, answerKinds, type Vendors } from "./start-vendors.ts";

export const gatewayNames = ["floor", "llms", "portkey", "conea"] as const;
export type GatewayName = (typeof gatewayNames)[number];

/** What stands in front of the vendor, or the vendor itself. */
export type Target = {
  name: GatewayName | "vendor";
  /** The process whose work is measured. */
  pid: (kind: AnswerKind) => number;
  /** Where a chat is asked for, and with which headers and model. */
  ask: (kind: AnswerKind) => { url: string; headers: Record<string, string>; model: string };
  close(): Promise<void>;
};

const root = join(import.meta.dirname, "../..");
const key = "bench-local-key";
/** For profiles of Conea: `GATEWAY_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=…"`. */
const nodeOptions = process.env.GATEWAY_NODE_OPTIONS?.split(" ") ?? [];

/** The vendor without anything in front of it. */
export function toVendorTarget({ urls, pids }: Vendors): Target {
  return {
    name: "vendor",
    pid: (kind) => pids[kind],
    ask: (kind) => ({ url: `${urls[kind]}/chat/completions`, headers: {}, model: "bench" }),
    close: async () => {},
  };
}

/** Throws `MissingTool` where the peers can not be installed. */
export async function startGateways(vendors: Vendors): Promise<Target[]> {
  const peers = await installPeers();
  const started = await Promise.allSettled([
    startFloor(vendors),
    startLlms(vendors, peers.llms),
    startPortkey(vendors, peers.portkey),
    startConea(vendors),
  ]);
  const targets = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = started.find((one) => one.status === "rejected");
  if (!failed) return targets;
  await Promise.all(targets.map((target) => target.close()));
  throw failed.reason;
}

async function startFloor({ urls }: Vendors): Promise<Target> {
  const child = await startChild({
    args: () => [toPath("floor.ts")],
    environment: { VENDORS: JSON.stringify(urls) },
  });
  const ask = (kind: AnswerKind) => ({
    url: `${child.url}/${kind}/v1/chat/completions`,
    headers: {},
    model: "bench",
  });
  return toTarget("floor", child, ask);
}

async function startLlms({ urls }: Vendors, program: string): Promise<Target> {
  const environment = { VENDORS: JSON.stringify(urls), PEER: program };
  const child = await startChild({ args: () => [toPath("llms.ts")], environment });
  const ask = (kind: AnswerKind) => ({
    url: `${child.url}/v1/chat/completions`,
    headers: { Authorization: "Bearer bench" },
    model: `${kind},bench`,
  });
  return toTarget("llms", child, ask);
}

async function startPortkey({ urls }: Vendors, program: string): Promise<Target> {
  const args = (port: number) => [program, `--port=${port}`, "--headless"];
  const child = await startChild({ args, environment: { TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost" } });
  const ask = (kind: AnswerKind) => ({
    url: `${child.url}/v1/chat/completions`,
    headers: {
      Authorization: "Bearer bench",
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": urls[kind],
    },
    model: "bench",
  });
  return toTarget("portkey", child, ask);
}

/** What Node is told by `npm start`. */
async function readStartFlags(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  return scripts.start.split(" ").slice(1, -1);
}

/** What `npm start` runs, with a data folder of its own and the kind of limit that conea.yaml has, too wide to hold anything up. */
async function startConea({ urls }: Vendors): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), "conea-bench-"));
  const config = join(folder, "conea.yaml");
  const limits = { requests: "1000000/s" };
  const providers = answerKinds.map((kind) => [
    kind,
    { kind: "openai", apiKey: "secret:BENCH_KEY", baseUrl: urls[kind], limits },
  ]);
  const models = answerKinds.map((kind) => [kind, { provider: kind, name: "bench", kinds: ["chat"] }]);
  await writeFile(
    config,
    JSON.stringify({ providers: Object.fromEntries(providers), models: Object.fromEntries(models) }),
  );
  const environment = {
    CONEA_CONFIG: config,
    CONEA_DATA_DIR: join(folder, "data"),
    CONEA_LOCAL_API_KEY: key,
    BENCH_KEY: "bench",
  };
  const child = await startChild({
    args: async () => [...(await readStartFlags()), ...nodeOptions, join(root, "local/start.ts")],
    environment,
    cwd: folder,
  });
  const ask = (kind: AnswerKind) => ({
    url: `${child.url}/openai/v1/chat/completions`,
    headers: { Authorization: `Bearer ${key}` },
    model: kind,
  });
  const close = () => child.close().finally(() => rm(folder, { recursive: true, force: true }));
  return toTarget("conea", { ...child, close }, ask);
}

function toTarget(name: GatewayName, { pid, close }: Child, ask: Target["ask"]): Target {
  return { name, pid: () => pid, ask, close };
}

function toPath(file: string): string {
  return join(import.meta.dirname, file);
}
