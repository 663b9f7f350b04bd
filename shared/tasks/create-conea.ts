import { type Authenticate, createAuthenticate } from "../access/authenticate.ts";
import type { Allowances } from "../allowances/allowances.ts";
import { createAllowances } from "../allowances/create-allowances.ts";
import { type Cache, createCache } from "../cache/create-cache.ts";
import type { ConeaConfig, RetryConfig } from "../config/conea-config.ts";
import type { Log } from "../core/log.ts";
import { createNotifications, type Notifications } from "../notifications/create-notifications.ts";
import type { Platform } from "../platform/platform.ts";
import { createPrices, type Prices } from "../pricing/create-prices.ts";
import type { ProviderDirectory } from "../providers/provider.ts";
import { type Backpressure, createBackpressure } from "../queue/backpressure.ts";
import { carryWakes } from "../routing/carry-wakes.ts";
import { type Catalogue, createCatalogue } from "../routing/catalogue.ts";
import { createHealthBook, type HealthBook } from "../routing/health-book.ts";
import { createRestingQueues, type RestingQueues } from "../routing/resting-queues.ts";
import { createWebhooks, type Webhooks } from "../webhooks/create-webhooks.ts";
import { createRunner, type Runner } from "./create-runner.ts";
import { createHeldContent, type HeldContent } from "./held-content.ts";
import { createLiveOutput, type LiveOutput } from "./live-output.ts";

/** Everything the functions draw their dependencies from: the platform, what is configured, and what runs tasks. */
export type Conea = Platform & {
  /** `providers` has the lines of registered models too, as far as they are known here. */
  config: ConeaConfig;
  catalogue: Catalogue;
  /** How the models are doing. */
  health: HealthBook;
  resting: RestingQueues;
  /** What this process's own calls write, for those who follow here. */
  live: LiveOutput;
  /** What calls cost. */
  prices: Prices;
  /** What may be used of anything. */
  allowances: Allowances;
  cache: Cache;
  /** What is kept nowhere else. */
  held: HeldContent;
  retry: RetryConfig;
  log: Log;
  providers: ProviderDirectory;
  isSimulated: (providerId: string) => boolean;
  /** Whose the events are that concern nobody's own tasks. */
  operatorTenant: string;
  authenticate: Authenticate;
  runner: Runner;
  backpressure: Backpressure;
  webhooks: Webhooks;
  notifications: Notifications;
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
  /** The operators' tenant where the configuration names none. */
  operatorTenant?: string;
};

export function createConea({
  platform: given,
  config: configured,
  providers: directory,
  log,
  closing,
  localKey,
  simulated,
  operatorTenant: usualOperatorTenant = "local",
}: ConeaOptions): Conea {
  const { retry, operatorTenant = usualOperatorTenant } = configured;
  const catalogue = createCatalogue({ ...given, config: configured, log });
  const config = { ...configured, providers: catalogue.providers };
  const platform = { ...given, wakes: carryWakes(given.wakes, catalogue) };
  const providers = { open: (id: string) => directory.open(catalogue.accountOf(id)) };
  const isSimulated = (providerId: string) => simulated?.has(catalogue.accountOf(providerId)) ?? false;
  const health = createHealthBook({ ...platform, log });
  const resting = createRestingQueues({ ...platform, config, log });
  const live = createLiveOutput();
  const held = createHeldContent(platform);
  const allowances = createAllowances({ ...platform, config: config.allowances, log });
  const prices = createPrices({ ...platform, config, catalogue, log });
  const cache = createCache({ ...platform, config, catalogue, isSimulated, closing, allowances, log });
  const parts = {
    ...platform,
    ...{ config, catalogue, health, resting, live, prices, allowances, cache, held },
    ...{ retry, log, providers, operatorTenant },
  };
  return {
    ...parts,
    closing,
    isSimulated,
    authenticate: createAuthenticate(platform, localKey),
    webhooks: createWebhooks(platform, { allowLoopbackHttp: localKey !== undefined }),
    notifications: createNotifications(platform, { allowLoopback: localKey !== undefined }),
    backpressure: createBackpressure({ ...platform, config, log }),
    runner: createRunner(parts),
  };
}
