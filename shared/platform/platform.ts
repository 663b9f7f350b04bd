import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { Random } from "../core/random.ts";
import type { Blobs } from "./blobs.ts";
import type { Documents } from "./documents.ts";
import type { Events } from "./events.ts";
import type { Secrets } from "./secrets.ts";
import type { Wakes } from "./wakes.ts";

/** Everything outside, as one bundle. A feature asks for the ports it uses: `Pick<Platform, "documents" | "clock">`. */
export type Platform = {
  documents: Documents;
  wakes: Wakes;
  events: Events;
  blobs: Blobs;
  secrets: Secrets;
  clock: Clock;
  ids: Ids;
  random: Random;
  fetch: typeof globalThis.fetch;
};
