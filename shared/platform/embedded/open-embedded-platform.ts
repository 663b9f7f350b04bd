import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import { type Random, randomIds } from "../../core/random.ts";
import { createFetch } from "../create-fetch.ts";
import type { Platform } from "../platform.ts";
import type { Wake } from "../wakes.ts";
import { openEmbeddedBlobs } from "./blobs.ts";
import { systemClock } from "./clock.ts";
import { openEmbeddedDocuments } from "./documents.ts";
import { createEmbeddedEvents, type Subscriber } from "./events.ts";
import { createEmbeddedSecrets } from "./secrets.ts";
import { createEmbeddedWakes } from "./wakes.ts";

export type EmbeddedPlatformOptions = {
  /** Where everything outlives the process. Without it, everything lives in memory. */
  dataDir?: string;
  /** Where secrets are looked up first. */
  environment: Record<string, string | undefined>;
  clock?: Clock;
  ids?: Ids;
  random?: Random;
  fetch?: typeof globalThis.fetch;
  deliverWake: (wake: Wake) => Promise<void>;
  /** Where `serveBlob` is reached, without a slash at the end. Asked when a link is made. */
  baseUrl: () => string;
  /** After how many days any blob is deleted; never where absent, unless its kind ends by its age. */
  blobDays?: number | undefined;
  log: Log;
};

export type EmbeddedPlatform = {
  platform: Platform;
  subscribe: (handle: Subscriber) => () => void;
  /** Answers the links that `blobs.signedUrl` makes: `GET {baseUrl}/_blobs/…`. */
  serveBlob: (request: Request) => Promise<Response>;
  /** Deletes the blobs whose end has come. Never rejects: what fails is left to the next time. */
  deleteDueBlobs: () => Promise<void>;
  /** Forgets waiting wakes, waits for deliveries that run, and flushes. */
  close(): Promise<void>;
};

/** The whole outside world in this process. Rejects with `FolderInUse` or `JournalDamaged`. */
export async function openEmbeddedPlatform(options: EmbeddedPlatformOptions): Promise<EmbeddedPlatform> {
  const { dataDir, environment, deliverWake, baseUrl, log, clock = systemClock, blobDays } = options;
  const within = (name: string) => (dataDir === undefined ? {} : { folder: join(dataDir, name) });
  const { documents, close: closeDocuments } = await openEmbeddedDocuments({
    ...within("documents"),
    clock,
    log,
  });
  const opening = openEmbeddedBlobs({ ...within("blobs"), clock, baseUrl, keepDays: blobDays });
  const { blobs, serveBlob, deleteDue } = await opening.catch((error) =>
    closeDocuments().then(() => Promise.reject(error)),
  );
  const file = dataDir === undefined ? {} : { file: join(dataDir, "secrets.json") };
  const wakes = createEmbeddedWakes({ clock, deliver: deliverWake, log });
  const events = createEmbeddedEvents({ clock, log });

  return {
    platform: {
      documents,
      wakes: wakes.wakes,
      events: events.events,
      blobs,
      secrets: createEmbeddedSecrets({ environment, ...file, clock }),
      clock,
      ids: options.ids ?? randomIds,
      random: options.random ?? Math.random,
      fetch: options.fetch ?? createFetch(),
    },
    subscribe: events.subscribe,
    serveBlob,
    deleteDueBlobs: () =>
      deleteDue().then(
        (count) => void (count > 0 && log.info("blobs deleted whose end had come", { count })),
        (error) => log.warn("blobs that are due could not be deleted", toErrorField(error)),
      ),
    async close() {
      await wakes.close();
      await events.close();
      await closeDocuments();
    },
  };
}
