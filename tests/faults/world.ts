import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocal } from "../../local/open-local.ts";
import { ConeaConfig } from "../../shared/config/conea-config.ts";
import { readSettings } from "../../shared/config/settings.ts";
import { createLog, type LogLine } from "../../shared/core/log.ts";
import { type FaultyProvider, startProvider } from "./provider/start-provider.ts";

/** What may be said of a model in the catalogue, beside who serves it. */
export type Entry = {
  contextTokens?: number;
  abilities?: { tools?: boolean; jsonSchema?: boolean; prefill?: boolean; seed?: boolean };
};

export type WorldOptions = {
  /** The model that is asked for, and what the catalogue says of it. */
  primary: string;
  primaryEntry?: Entry;
  /** Its one fallback. */
  fallback?: string;
  fallbackEntry?: Entry;
  fallbackKind?: "openai" | "anthropic";
  /** Every duration of the configuration is divided by it. */
  factor?: number;
};

export type World = Pick<FaultyProvider, "requests" | "seenBy" | "idle"> & {
  url: string;
  primary: string;
  fallback: string;
  /** What Conea has logged at or above a warning. */
  lines: LogLine[];
};

export type Fields = Record<string, unknown>;
/** What a configuration file holds, before it is parsed. */
export type Draft = {
  providers: Record<"primary" | "fallback", Fields>;
  models: Record<string, Fields>;
  retry: Fields;
  breaker: Fields;
};
export type ChangeDraft = (draft: Draft) => Draft;

export const apiKey = "local-dev-key";
/** Two retries, 30 s for a request and between two signs of life; of those a first one within 5 s. */
const baseline = { attempts: 3, timeouts: { firstTokenMs: 5_000, idleMs: 30_000, totalMs: 30_000 } };

/** Opens Conea on the embedded platform before a provider that misbehaves, and closes both at the end. */
export async function withWorld(
  options: WorldOptions,
  change: ChangeDraft,
  visit: (world: World) => Promise<void>,
): Promise<void> {
  const provider = await startProvider();
  const folder = await mkdtemp(join(tmpdir(), "conea-faults-"));
  const configPath = join(folder, "conea.yaml");
  const { primary, fallback = "healthy" } = options;
  await writeFile(configPath, JSON.stringify(change(toDraft(provider.origin, options))));
  const settings = readSettings({
    PORT: "0",
    CONEA_CONFIG: configPath,
    CONEA_DATA_DIR: join(folder, "data"),
  });
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line), "WARNING");
  const conea = await openLocal({ settings, environment: { FAULTS_KEY: "sk-faults" }, log });
  const { requests, seenBy, idle } = provider;
  try {
    await visit({ url: conea.url, primary, fallback, requests, seenBy, idle, lines });
  } finally {
    await conea.close();
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function toDraft(origin: string, options: WorldOptions): Draft {
  const { primary, fallback = "healthy", fallbackKind = "openai", factor = 1 } = options;
  const { breaker, retry } = ConeaConfig.parse({ providers: {} });
  const timeouts = shorten(baseline.timeouts, factor);
  const toProvider = (kind: "openai" | "anthropic") => ({
    kind,
    apiKey: "secret:FAULTS_KEY",
    baseUrl: kind === "openai" ? `${origin}/v1` : origin,
    timeouts,
  });
  return {
    providers: { primary: toProvider("openai"), fallback: toProvider(fallbackKind) },
    models: {
      [primary]: { provider: "primary", kinds: ["chat"], fallbacks: [fallback], ...options.primaryEntry },
      [fallback]: { provider: "fallback", kinds: ["chat"], ...options.fallbackEntry },
    },
    retry: { ...shorten(retry, factor), attempts: baseline.attempts },
    breaker: shorten(breaker, factor),
  };
}

/** The fields in milliseconds, divided; the others as they are. */
function shorten<T extends object>(fields: T, factor: number): T {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    name.endsWith("Ms") && typeof value === "number" ? Math.max(1, Math.round(value / factor)) : value,
  ]);
  return Object.fromEntries(entries);
}
