import { startEmulatorSet } from "./start-emulator-set.ts";
import { toEmulatorsWelcome } from "./to-emulators-welcome.ts";

/** The process behind `npm run emulators`: its one argument is the options as JSON. */
const options = JSON.parse(process.argv[2] ?? "{}");
const starting = new AbortController();

async function main(): Promise<void> {
  console.log("Starting the emulators; the first time firebase-tools is installed before.");
  const set = await startEmulatorSet(options, starting.signal);
  console.log(toEmulatorsWelcome(set, options.project));
  await stopped();
  await set.close();
}

/** Resolves when asked to stop, or when who started this process is gone. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    if (starting.signal.aborted) resolve();
    starting.signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function stop(): void {
  if (starting.signal.aborted) process.exit(130);
  console.log("Stopping. Once more to stop at once.");
  starting.abort();
}

process.on("SIGINT", stop);
process.on("SIGTERM", stop);
process.on("disconnect", stop);

main().then(
  () => process.exit(0),
  (error) => {
    if (starting.signal.aborted) process.exit(130);
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
