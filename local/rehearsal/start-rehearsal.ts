import type { ProviderKind } from "../../shared/config/conea-config.ts";
import type { Clock } from "../../shared/core/clock.ts";
import { systemClock } from "../../shared/platform/embedded/clock.ts";
import { createAnthropicPlay } from "./play-anthropic.ts";
import { createGeminiPlay } from "./play-gemini.ts";
import { createOpenAiPlay } from "./play-openai.ts";
import { createUnsplashPlay } from "./play-unsplash.ts";
import { type Play, startPlayedServer } from "./start-played-server.ts";

/** Each vendor, and what its SDK wants behind the origin. */
const vendors: Record<ProviderKind, { createPlay: (clock: Clock) => Play; basePath: string }> = {
  anthropic: { createPlay: createAnthropicPlay, basePath: "" },
  gemini: { createPlay: createGeminiPlay, basePath: "" },
  openai: { createPlay: createOpenAiPlay, basePath: "/v1" },
  unsplash: { createPlay: createUnsplashPlay, basePath: "" },
};

export type RehearsalOptions = {
  /** The vendors to play. */
  kinds: ProviderKind[];
  /** Paces the events of a stream. The machine's own where absent. */
  clock?: Clock;
};

export type Rehearsal = {
  /** The address that provider takes as its `baseUrl`. Throws for a kind that is not played. */
  baseUrl(kind: ProviderKind): string;
  close(): Promise<void>;
};

/**
 * Plays vendors on free ports of this machine, each in its own wire protocol, so that everything works without a key. The
 * answers say that they are rehearsed, and the same request gets the same answer. Any key is accepted.
 */
export async function startRehearsal({ kinds, clock = systemClock }: RehearsalOptions): Promise<Rehearsal> {
  const servers = new Map(
    await Promise.all(
      [...new Set(kinds)].map(
        async (kind) => [kind, await startPlayedServer(vendors[kind].createPlay(clock), clock)] as const,
      ),
    ),
  );
  return {
    baseUrl: (kind) => {
      const server = servers.get(kind);
      if (!server) throw new Error(`The rehearsal does not play ${kind}.`);
      return server.origin + vendors[kind].basePath;
    },
    close: async () => {
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}
