import { createProcessLog } from "../shared/config/create-process-log.ts";
import { readConfigFile } from "../shared/config/read-config-file.ts";
import { readSettings } from "../shared/config/settings.ts";
import { openEmbeddedPlatform } from "../shared/platform/embedded/open-embedded-platform.ts";
import { createProviderDirectory } from "../shared/providers/create-provider.ts";
import { type Conea, createConea } from "../shared/tasks/create-conea.ts";

/** What a function's `index.ts` starts from: settings and providers on the embedded platform, whose wakes stay in-process. */
export async function openConea(): Promise<Conea> {
  const settings = readSettings(process.env);
  const config = await readConfigFile(settings.configPath);
  const log = createProcessLog(settings, process.stderr);
  const { platform } = await openEmbeddedPlatform({
    dataDir: settings.dataDir,
    environment: process.env,
    baseUrl: () => `http://127.0.0.1:${settings.port}`,
    deliverWake: (wake) => conea.runner.handleWake(wake),
    log,
  });
  const providers = createProviderDirectory({ ...platform, config });
  const conea = createConea({ platform, config, providers, log, closing: new AbortController().signal });
  return conea;
}
