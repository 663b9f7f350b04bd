import { systemClock } from "../../../shared/platform/system-clock.ts";
import { createServiceAccount, writeKeyFile } from "./service-account.ts";
import { startStorage } from "./start-storage.ts";

type Options = {
  buckets: string[];
  port?: number;
  /** Where the key of the one service account is written whose links are followed: GOOGLE_APPLICATION_CREDENTIALS. */
  keyFile?: string;
};

// Options as JSON in the first argument: `node main.ts '{"buckets":["content"],"keyFile":"/tmp/key.json"}'`.
const { keyFile, ...options } = JSON.parse(process.argv[2] ?? '{"buckets":[]}') as Options;
const account = createServiceAccount();
if (keyFile !== undefined) writeKeyFile(keyFile, account);
const storage = await startStorage({ ...options, clock: systemClock, trusted: account });
process.stdout.write(`Cloud Storage is ready on ${storage.endpoint}\n`);

process.once("SIGTERM", () => {
  void storage.close().finally(() => process.exit(0));
});
