import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLog } from "../../../shared/core/log.ts";
import { openPubSub } from "../../../shared/platform/google/push-subscriber.fixture.ts";
import { openSecretManagerSecrets } from "../../../shared/platform/google/secrets.ts";
import { systemClock } from "../../../shared/platform/system-clock.ts";
import type { Unkindness } from "../../emulators/cloud-tasks/unkindness.ts";
import { hostOf } from "../../emulators/describe-on-emulators.ts";
import { freshProject } from "../../emulators/fresh-project.ts";
import type { Bundles } from "../start-bundle.fixture.ts";
import { createApiClient } from "./create-api-client.ts";
import { createEventRecord } from "./create-event-record.ts";
import { startFront } from "./start-front.ts";
import { startStandIn } from "./start-stand-in.ts";
import { startVendor } from "./start-vendor.ts";
import { startWorkers } from "./start-workers.ts";
import type { VendorMood } from "./vendor-message.ts";

export type WorldOptions = {
  bundles: Bundles;
  /** By provider, as conea.yaml takes them; each serves the model of its own name. */
  limits: Record<string, { requests?: string; concurrency?: number }>;
  /** What conea.yaml says beside providers and models. */
  config?: object;
  /** How long a call may take at most. */
  totalMs?: number;
  workers: number;
  mood: VendorMood;
  tasks: Partial<Unkindness> & { seed?: number };
  /** How often an event that was taken is answered with a failure, and so comes again. */
  eventsAgain?: number;
};

const region = "europe-west1";
const bucket = "conea-files";
const topic = "task-events";

/** The environment of terraform/, on this machine: every function a process, every service of Google an emulator or stand-in. */
export async function openWorld(options: WorldOptions) {
  const closing = new AsyncDisposableStack();
  try {
    return await open(options, closing);
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>;

async function open(options: WorldOptions, closing: AsyncDisposableStack) {
  const { bundles, limits, mood } = options;
  const project = freshProject();
  const keyFile = join(bundles.folder, `${project}-account.json`);
  const account = `wakes@${project}.iam.gserviceaccount.com`;
  const parent = `projects/${project}/locations/${region}/queues`;
  const closed = async <T extends { close(): Promise<void> }>(starting: Promise<T>) => {
    const started = await starting;
    closing.defer(() => started.close());
    return started;
  };
  const [vendor, tasks, secretManager, storage, pubsub, front] = await Promise.all([
    closed(startVendor(mood)),
    closed(startStandIn("cloud-tasks", { ...options.tasks, queues: toQueues(parent, limits) })),
    closed(startStandIn("secret-manager", {})),
    closed(startStandIn("storage", { buckets: [bucket], keyFile })),
    closed(openPubSub(hostOf("pubsub"), project)),
    closed(startFront(account)),
  ]);
  await pubsub.createTopic(topic);
  const events = createEventRecord(mood.seed, options.eventsAgain);
  await pubsub.subscribe(events.take, { topic });
  const secrets = openSecretManagerSecrets({
    ...{ project, endpoint: secretManager.endpoint, clock: systemClock },
    log: createLog(() => undefined),
  });
  closing.defer(() => secrets.close());
  await secrets.addVersion("VENDOR_KEY", "key-1");

  const configPath = join(bundles.folder, `${project}.json`);
  await writeFile(configPath, JSON.stringify(toConfig(options, vendor.baseUrl)));
  const environment = {
    CONEA_PLATFORM: "google",
    CONEA_CONFIG: configPath,
    CONEA_PROJECT: project,
    CONEA_REGION: region,
    CONEA_WORKER_URL: `${front.url}/`,
    CONEA_WAKES_SERVICE_ACCOUNT: account,
    CONEA_TOPIC: topic,
    CONEA_BUCKET: bucket,
    CONEA_TASKS_ENDPOINT: tasks.endpoint,
    CONEA_SECRETS_ENDPOINT: secretManager.endpoint,
    CONEA_TRACE_ENDPOINT: "http://127.0.0.1:1/v1/traces",
    CONEA_TRACE_RATIO: "0",
    FIRESTORE_EMULATOR_HOST: hostOf("firestore"),
    PUBSUB_EMULATOR_HOST: hostOf("pubsub"),
    STORAGE_EMULATOR_HOST: `http://${storage.endpoint}`,
    GOOGLE_APPLICATION_CREDENTIALS: keyFile,
    METADATA_SERVER_DETECTION: "none",
  };
  const [workers, api, sweep, key] = await Promise.all([
    startWorkers(bundles, { front, count: options.workers, environment }),
    bundles.start("api", environment),
    bundles.start("cron-sweep", environment),
    createAdminKey(project),
  ]);
  return {
    vendor,
    events,
    secrets,
    workers,
    sweepUrl: sweep.url,
    key,
    api: createApiClient(api.url, key),
    /** What the functions have logged. */
    logs: () => [workers.output(), api.output(), sweep.output()].join(""),
    close: () => closing.disposeAsync(),
  };
}

/** As an operator does it. */
async function createAdminKey(project: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["local/create-key.ts", `--project=${project}`, "--tenant=acme", "--user=root"],
    { env: { PATH: process.env.PATH, FIRESTORE_EMULATOR_HOST: hostOf("firestore") }, timeout: 30_000 },
  );
  return stdout.trim();
}

/** As terraform/tasks.tf makes them. */
function toQueues(parent: string, limits: WorldOptions["limits"]): object[] {
  return Object.entries(limits).map(([provider, { requests = "10/s", concurrency = 2_000 }]) => ({
    name: `${parent}/conea-${provider}`,
    rateLimits: {
      maxDispatchesPerSecond: Math.max(10, Number.parseInt(requests, 10)),
      maxConcurrentDispatches: concurrency + 10,
    },
    retryConfig: { maxAttempts: 6, minBackoff: { seconds: 1 }, maxBackoff: { seconds: 16 }, maxDoublings: 4 },
  }));
}

function toConfig(
  { limits, config, totalMs = 300_000 }: WorldOptions,
  baseUrl: (provider: string) => string,
): object {
  const names = Object.keys(limits);
  const toProvider = (name: string) => ({
    kind: "openai",
    apiKey: "secret:VENDOR_KEY",
    baseUrl: baseUrl(name),
    limits: limits[name],
    timeouts: { totalMs },
  });
  return {
    ...config,
    providers: Object.fromEntries(names.map((name) => [name, toProvider(name)])),
    models: Object.fromEntries(names.map((name) => [name, { provider: name, kinds: ["chat"] }])),
  };
}
