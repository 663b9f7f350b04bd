import { requireGoogle, type Settings } from "../shared/config/settings.ts";
import type { Log } from "../shared/core/log.ts";
import type { Platform } from "../shared/platform/platform.ts";
import type { SystemNames } from "../shared/platform/trace-platform.ts";
import type { Wake } from "../shared/platform/wakes.ts";

export type OpenedPlatform = { platform: Platform; names: SystemNames; close(): Promise<void> };

export type OpenPlatformOptions = {
  settings: Settings;
  /** Where the embedded platform looks up secrets. */
  environment: Record<string, string | undefined>;
  /** What the embedded platform does with a wake; Google delivers it to the worker. */
  deliverWake: (wake: Wake) => Promise<void>;
  log: Log;
};

/** The platform that the settings name. Neither is loaded with the other. */
export function openPlatform(options: OpenPlatformOptions): Promise<OpenedPlatform> {
  return options.settings.platform === "google" ? openGoogle(options) : openEmbedded(options);
}

async function openGoogle({ settings, log }: OpenPlatformOptions): Promise<OpenedPlatform> {
  const { openGooglePlatform } = await import("../shared/platform/google/open-google-platform.ts");
  const names = {
    documents: "gcp.firestore",
    wakes: "gcp_cloud_tasks",
    events: "gcp_pubsub",
    topic: settings.topic,
  };
  return { ...openGooglePlatform({ ...requireGoogle(settings), log }), names };
}

async function openEmbedded(options: OpenPlatformOptions): Promise<OpenedPlatform> {
  const { settings, environment, deliverWake, log } = options;
  const { openEmbeddedPlatform } = await import("../shared/platform/embedded/open-embedded-platform.ts");
  const { platform, close } = await openEmbeddedPlatform({
    dataDir: settings.dataDir,
    environment,
    baseUrl: () => `http://127.0.0.1:${settings.port}`,
    deliverWake,
    log,
  });
  return { platform, names: embeddedNames, close };
}

/** What the parts of the embedded platform are called in spans. */
export const embeddedNames: SystemNames = {
  documents: "conea",
  wakes: "conea",
  events: "conea",
  topic: "task-events",
};
