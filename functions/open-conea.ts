import { createProcessLog } from "../shared/config/create-process-log.ts";
import { findConfigFile } from "../shared/config/find-config-file.ts";
import { readConfigFile } from "../shared/config/read-config-file.ts";
import { readSettings, type Settings } from "../shared/config/settings.ts";
import type { Log } from "../shared/core/log.ts";
import type { Tracer } from "../shared/core/span.ts";
import { openTracer } from "../shared/platform/open-tracer.ts";
import { tracePlatform } from "../shared/platform/trace-platform.ts";
import { createProviderDirectory } from "../shared/providers/create-provider.ts";
import { traceProviders } from "../shared/providers/trace-providers.ts";
import { type Conea, createConea } from "../shared/tasks/create-conea.ts";
import { openPlatform } from "./open-platform.ts";

export type OpenedConea = {
  conea: Conea;
  settings: Settings;
  tracer: Tracer;
  /** Tells streams and waits to finish early. */
  stop(): void;
  /** Closes the connections to the outside world. */
  close(): Promise<void>;
};

/**
 * What a function starts from: settings, providers and the platform that the settings name. `folder` is where a bundle's own
 * conea.yaml is. No key but those in the store is accepted, on either platform.
 */
export async function openConea({ name, folder }: { name: string; folder: string }): Promise<OpenedConea> {
  const settings = readSettings(process.env);
  const config = await readConfigFile(findConfigFile(settings.configPath, folder));
  const log = createProcessLog(settings, process.stderr);
  const tracer = await openFunctionTracer(name, settings, log);
  const closing = new AbortController();
  const opened = await openPlatform({
    settings,
    environment: process.env,
    deliverWake: (wake) => conea.runner.handleWake(wake),
    log,
  });
  // Where no span is kept, the ports are as they are.
  const platform = tracer.keep ? tracePlatform(opened.platform, opened.names) : opened.platform;
  const directory = createProviderDirectory({ ...platform, config });
  const providers = tracer.keep ? traceProviders(directory, config) : directory;
  const operatorTenant = settings.platform === "google" ? "main" : "local";
  const conea = createConea({ platform, config, providers, log, closing: closing.signal, operatorTenant });
  return { conea, settings, tracer, stop: () => closing.abort(), close: opened.close };
}

async function openFunctionTracer(service: string, settings: Settings, log: Log): Promise<Tracer> {
  const { platform, project, traceEndpoint, traceRatio: ratio } = settings;
  if (platform !== "google") return openTracer({ service, endpoint: traceEndpoint, ratio, log });
  const { authorizeExport, cloudTraceEndpoint } = await import(
    "../shared/platform/google/authorize-export.ts"
  );
  const endpoint = traceEndpoint ?? cloudTraceEndpoint;
  return openTracer({ service, project, endpoint, ratio, authorize: authorizeExport(endpoint), log });
}
