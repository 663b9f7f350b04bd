import { createApi } from "../functions/api/api.ts";
import { createCronRollup } from "../functions/cron-rollup/cron-rollup.ts";
import { createCronSweep } from "../functions/cron-sweep/cron-sweep.ts";
import { openLines } from "../functions/open-lines.ts";
import { embeddedNames } from "../functions/open-platform.ts";
import { createOpenAi } from "../functions/openai/openai.ts";
import { createRunWebhooks } from "../functions/run-webhooks/run-webhooks.ts";
import { createWorker } from "../functions/worker/worker.ts";
import { usageShards } from "../shared/analytics/usage-shards.ts";
import { createUsageWriter } from "../shared/analytics/usage-writer.ts";
import type { ConeaConfig } from "../shared/config/conea-config.ts";
import { readConfigFile } from "../shared/config/read-config-file.ts";
import type { Settings } from "../shared/config/settings.ts";
import type { Log } from "../shared/core/log.ts";
import type { Handler } from "../shared/http/create-app.ts";
import { pathOf } from "../shared/http/path-of.ts";
import { traceRequests } from "../shared/http/trace-requests.ts";
import { notify } from "../shared/notifications/notify.ts";
import { openEmbeddedPlatform } from "../shared/platform/embedded/open-embedded-platform.ts";
import { openTracer } from "../shared/platform/open-tracer.ts";
import type { Platform } from "../shared/platform/platform.ts";
import { tracePlatform } from "../shared/platform/trace-platform.ts";
import type { Wake } from "../shared/platform/wakes.ts";
import { createProviderDirectory } from "../shared/providers/create-provider.ts";
import { traceProviders } from "../shared/providers/trace-providers.ts";
import { sweep } from "../shared/queue/sweep.ts";
import { createConea } from "../shared/tasks/create-conea.ts";
import { fanOut } from "../shared/webhooks/fan-out.ts";
import { sweepWebhooks } from "../shared/webhooks/sweep-webhooks.ts";
import { createLazyRehearsal } from "./create-lazy-rehearsal.ts";
import { findMissingKeys } from "./find-missing-keys.ts";
import { runEvery } from "./run-every.ts";
import { startServer } from "./start-server.ts";

const sweepEveryMs = 60_000;
const rollUpEveryMs = 300_000;
const tidyEveryMs = 24 * 60 * 60 * 1_000;
/** What happens is counted in batches: fewer and larger than where Pub/Sub waits for each. */
const usageBatches = { shards: usageShards.embedded, windowMs: 750, most: 1_000 };
/** How long running calls may go on after a request to stop. */
const graceMs = 10_000;

export type LocalOptions = {
  settings: Settings;
  /** Where keys are looked up first. */
  environment: Record<string, string | undefined>;
  log: Log;
  /** Ports to use instead of the embedded platform's own. */
  instead?: Partial<Platform>;
};

export type LocalConea = {
  url: string;
  config: ConeaConfig;
  /** Providers that are rehearsed, each with the name of the key that is missing. */
  rehearsed: ReadonlyMap<string, string>;
  /** Stops accepting, lets running calls end or hands them back, and closes the data folder. */
  close(): Promise<void>;
};

/** Every function in one process on the embedded platform, listening on loopback. Throws `SettingsError`. */
export async function openLocal({ settings, environment, log, instead }: LocalOptions): Promise<LocalConea> {
  const config = await readConfigFile(settings.configPath);
  const closing = new AbortController();
  // What the platform and the server call exists only once both are open.
  const functions: { api?: Handler; openai?: Handler; worker?: Handler; webhooks?: Handler } = {};
  const open = Promise.withResolvers<void>();
  const address = { url: "" };

  const embedded = await openEmbeddedPlatform({
    dataDir: settings.dataDir,
    environment,
    baseUrl: () => address.url,
    deliverWake: (wake) => deliver(wake.endpoint ? functions.webhooks : functions.worker, wake),
    blobDays: settings.blobDays,
    log,
  });
  const { traceEndpoint: endpoint, traceRatio: ratio } = settings;
  const tracer = openTracer({ service: "conea", endpoint, ratio, log });
  const ports = { ...embedded.platform, ...instead };
  const platform = tracer.keep ? tracePlatform(ports, embeddedNames) : ports;
  const rehearsed = await findMissingKeys(config, platform.secrets, settings.environment);
  const rehearsal = createLazyRehearsal(config, [...rehearsed.keys()]);
  const directory = createProviderDirectory({ ...platform, config, rehearsal: rehearsal.addresses });
  const conea = createConea({
    platform,
    config,
    providers: tracer.keep ? traceProviders(directory, config) : directory,
    log,
    closing: closing.signal,
    localKey: settings.localApiKey,
    simulated: new Set(rehearsed.keys()),
  });
  functions.api = traceRequests(createApi(conea), tracer);
  functions.openai = traceRequests(createOpenAi(conea), tracer);
  functions.worker = traceRequests(createWorker(conea), tracer);
  const { lines, carryOutDueOf } = await openLines({ ...settings, platform: "embedded" }, conea);
  functions.webhooks = traceRequests(createRunWebhooks({ lines, carryOutDueOf, log }), tracer);
  const [webhooks, notifications] = [
    { ...conea, ...conea.webhooks },
    { ...conea, ...conea.notifications },
  ];
  embedded.subscribe((event) => (webhooks.book.isEmpty(event.tenant) ? undefined : fanOut(webhooks, event)));
  embedded.subscribe((event) =>
    notifications.subscriptions.isEmpty(event.tenant) ? undefined : notify(notifications, event),
  );
  const usage = createUsageWriter({ ...conea, ...usageBatches });
  // Returns at once: whoever publishes waits for its subscribers.
  embedded.subscribe((event) => void usage.note(event));

  const server = await startServer(settings.port, async (request) => {
    await open.promise;
    const [, first] = pathOf(request).split("/", 2);
    if (first === "_blobs") return embedded.serveBlob(request);
    const isCompatible = first === "openai" || first === "anthropic";
    return ((isCompatible ? functions.openai : functions.api) ?? notOpen)(request);
  });
  address.url = server.url;
  // Only this process has the folder: whatever was running was left behind by an earlier one.
  await sweep(conea, { orphans: true, isAlone: true });
  await sweepWebhooks(conea, { orphans: true });
  open.resolve();
  const tidied = embedded.deleteDueBlobs();
  const stopTidying = runEvery(platform.clock, tidyEveryMs, async () => {
    await embedded.deleteDueBlobs();
    return new Response(null, { status: 204 });
  });
  const stopSweeping = runEvery(platform.clock, sweepEveryMs, traceRequests(createCronSweep(conea), tracer));
  const stopRollingUp = runEvery(
    platform.clock,
    rollUpEveryMs,
    traceRequests(createCronRollup(conea), tracer),
  );

  return {
    url: address.url,
    config,
    rehearsed,
    async close() {
      stopSweeping();
      stopRollingUp();
      stopTidying();
      closing.abort();
      const closed = server.close();
      await Promise.all([conea.runner.drain(graceMs), lines.drain(graceMs)]);
      await closed;
      await conea.allowances.drain();
      await tracer.flush();
      await usage.flush();
      await tidied;
      await embedded.close();
      await rehearsal.close();
    },
  };
}

/** Hands a wake to its function as Cloud Tasks would: by POST, where anything but 2xx asks for another try. */
async function deliver(handler: Handler | undefined, wake: Wake): Promise<void> {
  const { traceparent } = wake;
  const headers = { "Content-Type": "application/json", ...(traceparent && { traceparent }) };
  const request = new Request("http://function/", { method: "POST", body: JSON.stringify(wake), headers });
  const response = await (handler ?? notOpen)(request);
  if (!response.ok) throw new Error(`the function answered ${response.status}`);
}

const notOpen: Handler = async () => new Response(null, { status: 503 });
