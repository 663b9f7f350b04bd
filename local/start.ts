import { existsSync } from "node:fs";
import { createProcessLog } from "../shared/config/create-process-log.ts";
import { readSettings } from "../shared/config/settings.ts";
import { SettingsError } from "../shared/config/settings-error.ts";
import { gatherLines } from "./gather-lines.ts";
import { type LocalConea, openLocal } from "./open-local.ts";
import { toWelcome } from "./to-welcome.ts";

const usage = `npm start: every function of Conea in one process, on this machine.

Settings come from the environment or a file .env; docs/settings.md lists them.
Ctrl-C lets running calls end and stops; twice stops at once.`;

async function main(): Promise<void> {
  if (process.argv.includes("--help")) return console.log(usage);
  if (existsSync(".env")) process.loadEnvFile(".env");
  const settings = readSettings(process.env);
  const log = createProcessLog(settings, gatherLines(process.stderr));
  const conea = await openLocal({ settings, environment: process.env, log });
  console.log(`Conea is ready on ${conea.url}\n`);
  console.log(toWelcome(conea, settings.localApiKey));
  stopOnSignal(conea);
}

function stopOnSignal(conea: LocalConea): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(130);
    stopping = true;
    console.log("Stopping: running calls may end within ten seconds. Once more to stop at once.");
    conea.close().then(
      () => process.exit(0),
      (error) => fail(error),
    );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

function fail(error: unknown): void {
  console.error(error instanceof SettingsError ? error.message : error);
  process.exit(1);
}

await main().catch(fail);
