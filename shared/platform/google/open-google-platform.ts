import type { Log } from "../../core/log.ts";
import { randomIds } from "../../core/random.ts";
import { createFetch } from "../create-fetch.ts";
import type { Platform } from "../platform.ts";
import { systemClock } from "../system-clock.ts";
import { openStorageBlobs } from "./blobs.ts";
import { openFirestoreDocuments } from "./documents.ts";
import { openPubSubEvents } from "./events.ts";
import { openSecretManagerSecrets } from "./secrets.ts";
import { openCloudTasksWakes } from "./wakes.ts";

export type GooglePlatformOptions = {
  project: string;
  region: string;
  database: string;
  /** Where wakes are delivered, and as whom. */
  workerUrl: string;
  /** Where wakes of webhook endpoints are delivered. */
  webhooksUrl?: string | undefined;
  wakesServiceAccount: string;
  topic: string;
  bucket: string;
  /** `host:port` of servers that play a service on this machine. */
  firestoreEndpoint?: string | undefined;
  tasksEndpoint?: string | undefined;
  secretsEndpoint?: string | undefined;
  log: Log;
};

export type GooglePlatform = {
  platform: Platform;
  /** Closes the connections that were opened. */
  close(): Promise<void>;
};

/** The outside world on Google Cloud. Opening it loads and connects nothing: each client comes with its first call. */
export function openGooglePlatform(options: GooglePlatformOptions): GooglePlatform {
  const { project, region, database, workerUrl, webhooksUrl, topic, bucket, log } = options;
  const { wakesServiceAccount: serviceAccount } = options;
  const clock = systemClock;
  const documents = openFirestoreDocuments({ project, database, ...at(options.firestoreEndpoint) });
  const worker = { url: workerUrl, serviceAccount };
  const webhooks = webhooksUrl === undefined ? {} : { webhooks: { url: webhooksUrl, serviceAccount } };
  const wakes = openCloudTasksWakes({
    project,
    region,
    worker,
    ...webhooks,
    ...at(options.tasksEndpoint),
    clock,
    log,
  });
  const events = openPubSubEvents({ project, topic });
  const secrets = openSecretManagerSecrets({ project, ...at(options.secretsEndpoint), clock, log });
  const blobs = openStorageBlobs({ project, bucket });
  return {
    platform: {
      documents,
      wakes,
      events,
      blobs,
      secrets,
      clock,
      ids: randomIds,
      random: Math.random,
      fetch: createFetch(),
    },
    async close() {
      await Promise.allSettled([documents, wakes, events, secrets].map((port) => port.close()));
    },
  };
}

function at(endpoint: string | undefined): { endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}
