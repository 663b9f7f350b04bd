import { type Authenticate, createAuthenticate } from "../access/authenticate.ts";
import type { ConeaConfig, RetryConfig } from "../config/conea-config.ts";
import type { Log } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { ProviderDirectory } from "../providers/provider.ts";
import { type Backpressure, createBackpressure } from "../queue/backpressure.ts";
import { createRunner, type Runner } from "./create-runner.ts";

/** Everything the functions draw their dependencies from: the platform, what is configured, and what runs tasks. */
export type Conea = Platform & {
  config: ConeaConfig;
  retry: RetryConfig;
  log: Log;
  providers: ProviderDirectory;
  isSimulated: (providerId: string) => boolean;
  authenticate: Authenticate;
  runner: Runner;
  backpressure: Backpressure;
  /** Aborts when the process is about to end: streams and waits finish early. */
  closing: AbortSignal;
};

export type ConeaOptions = {
  platform: Platform;
  config: ConeaConfig;
  providers: ProviderDirectory;
  log: Log;
  closing: AbortSignal;
  /** Only where the process listens on loopback alone. */
  localKey?: string;
  /** Providers that are rehearsed instead of called. */
  simulated?: ReadonlySet<string>;
};

export function createConea({
  platform,
  config,
  providers,
  log,
  closing,
  localKey,
  simulated,
}: ConeaOptions): Conea {
  const { retry } = config;
  return {
    ...platform,
    config,
    retry,
    log,
    providers,
    closing,
    isSimulated: (providerId) => simulated?.has(providerId) ?? false,
    authenticate: createAuthenticate(platform, localKey),
    backpressure: createBackpressure({ ...platform, config, log }),
    runner: createRunner({ ...platform, config, retry, log, providers }),
  };
}
