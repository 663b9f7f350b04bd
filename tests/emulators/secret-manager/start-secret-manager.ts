import type { Clock } from "../../../shared/core/clock.ts";
import { systemClock } from "../../../shared/platform/system-clock.ts";
import { loadService } from "../load-service.ts";
import { type CallFault, serveGrpc } from "../serve-grpc.ts";
import { createSecretStore } from "./secret-store.ts";
import { toMethods } from "./to-methods.ts";

export type SecretManagerServerOptions = {
  clock?: Clock;
  /** 0 chooses a free one. */
  port?: number;
  /** How long after a version was added `latest` still names the one before it. */
  latestLagMs?: number;
  /** Whether the next payload is damaged on its way, there or back. */
  damage?: () => boolean;
  /** What goes wrong with a call. */
  planFault?: (method: string) => CallFault | undefined;
};

export type SecretManagerServer = {
  /** `host:port`, for clients. */
  endpoint: string;
  /** The methods that were called, in order. */
  calls: string[];
  close(): Promise<void>;
};

/** Plays Secret Manager on loopback: the interface the official client speaks. */
export async function startSecretManager(
  options: SecretManagerServerOptions = {},
): Promise<SecretManagerServer> {
  const { clock = systemClock, port = 0, latestLagMs = 0, damage = () => false } = options;
  const calls: string[] = [];
  const server = await serveGrpc({
    service: loadService(
      "@google-cloud/secret-manager",
      "google.cloud.secretmanager.v1.SecretManagerService",
    ),
    methods: toMethods(createSecretStore(clock.now, latestLagMs), damage),
    port,
    planFault(method) {
      calls.push(method);
      return options.planFault?.(method);
    },
  });
  return { endpoint: `127.0.0.1:${server.port}`, calls, close: server.close };
}
