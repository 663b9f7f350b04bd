import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocal } from "../../local/open-local.ts";
import { readSettings } from "../../shared/config/settings.ts";
import { createLog, type LogLine } from "../../shared/core/log.ts";

export type Gateway = {
  /** What an SDK takes as its base URL. */
  baseURL: string;
  /** `http://127.0.0.1:<port>`. */
  url: string;
  apiKey: string;
  lines: LogLine[];
  /** Where the embedded platform keeps all it keeps. */
  dataDir: string;
  close(): Promise<void>;
};

/** Conea on this machine with every vendor rehearsed, or with a configuration of the test's own. */
export async function openGateway(config?: string): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), "conea-gateway-"));
  const dataDir = join(folder, "data");
  const configPath = config === undefined ? "conea.yaml" : join(folder, "conea.yaml");
  if (config !== undefined) await writeFile(configPath, config);
  const settings = readSettings({ PORT: "0", CONEA_CONFIG: configPath, CONEA_DATA_DIR: dataDir });
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line), "DEBUG");
  const conea = await openLocal({ settings, environment: { KEY: "vendor-key" }, log });
  return {
    baseURL: `${conea.url}/openai/v1`,
    url: conea.url,
    apiKey: settings.localApiKey,
    lines,
    dataDir,
    async close() {
      await conea.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
