import { startSecretManager } from "./start-secret-manager.ts";

// Options as JSON in the first argument: `node main.ts '{"port":8085}'`. Secrets come by the official client.
const server = await startSecretManager(JSON.parse(process.argv[2] ?? "{}"));
process.stdout.write(`Secret Manager is ready on ${server.endpoint}\n`);

process.once("SIGTERM", () => {
  void server.close().finally(() => process.exit(0));
});
