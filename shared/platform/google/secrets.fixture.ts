import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import {
  type SecretManagerServerOptions,
  startSecretManager,
} from "../../../tests/emulators/secret-manager/start-secret-manager.ts";
import { createLog, type LogLine } from "../../core/log.ts";
import { createVirtualClock } from "../embedded/virtual-clock.ts";
import { openSecretManagerSecrets, type SecretManagerSecretsOptions } from "./secrets.ts";
import { toEndpointOptions } from "./to-endpoint-options.ts";

/** The adapter on the official client and a Secret Manager, in virtual time; `client` is the operator's. */
export async function openSecrets(
  adapter: Partial<SecretManagerSecretsOptions> = {},
  service: SecretManagerServerOptions = {},
) {
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00Z"));
  const lines: LogLine[] = [];
  const server = await startSecretManager({ clock, ...service });
  const client = new SecretManagerServiceClient(await toEndpointOptions(server.endpoint));
  const secrets = openSecretManagerSecrets({
    project: "demo",
    endpoint: server.endpoint,
    clock,
    log: createLog((line) => lines.push(line)),
    ...adapter,
  });
  return {
    ...{ secrets, client, server, clock, lines },
    /** Adds a version from elsewhere. */
    async rotate(name: string, value: string) {
      const secret = { replication: { automatic: {} } };
      await client.createSecret({ parent: "projects/demo", secretId: name, secret }).catch(() => undefined);
      const parent = `projects/demo/secrets/${name}`;
      await client.addSecretVersion({ parent, payload: { data: Buffer.from(value) } });
    },
    /** How often the adapter or the operator read a version. */
    reads: () => server.calls.filter((method) => method === "AccessSecretVersion").length,
    async close() {
      await Promise.all([secrets.close(), client.close()]);
      await server.close();
    },
  };
}
