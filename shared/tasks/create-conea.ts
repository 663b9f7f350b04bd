import { type Authenticate, createAuthenticate } from "../access/authenticate.ts";
import { type Cache, createCache } from "../cache/create-cache.ts";
import type { ConeaConfig, RetryConfig } from "../config/conea-config.ts";
import type { Log } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { ProviderDirectory } from "../providers/provider.ts";
import { type Backpressure, createBackpressure } from "../queue/backpressure.ts";
import { type Catalogue, createCatalogue } from "../routing/catalogue.ts";
import { createHealthBook, type HealthBook } from "../routing/health-book.ts";
import { createRestingQueues, type RestingQueues } from "../routing/resting-queues.ts";
import { createRunner, type Runner } from "./create-runner.ts";
import { createHeldContent, type HeldContent } from "./held-content.ts";
import { createLiveOutput, type LiveOutput } from "./live-output.ts";

/** Everything the functions draw their dependencies from: the platform, what is configured, and what runs tasks. */
export type Conea = Platform & {
  config: ConeaConfig;
  catalogue: Catalogue;
  /** How the models are doing. */
  health: HealthBook;
  resting: RestingQueues;
  /** What this process's own calls write, for those who follow here. */
  live: LiveOutput;
  cache: Cache;
  /** What is kept nowhere else. */
  held: HeldContent;
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
  const isSimulated = (providerId: string) => simulated?.has(providerId) ?? false;
  const catalogue = createCatalogue({ ...platform, config, log });
  const health = createHealthBook({ ...platform, log });
  const resting = createRestingQueues({ ...platform, config, log });
  const live = createLiveOutput();
  const held = createHeldContent(platform);
  const cache = createCache({ ...platform, config, catalogue, isSimulated, closing, log });
  return {
    ...platform,
    config,
    catalogue,
    health,
    resting,
    live,
    cache,
    held,
    retry,
    log,
    providers,
    closing,
    isSimulated,
    authenticate: createAuthenticate(platform, localKey),
    backpressure: createBackpressure({ ...platform, config, log }),
    runner: createRunner({
      ...platform,
      ...{ config, catalogue, health, resting, live, cache, held, retry, log, providers },
    }),
  };
}
