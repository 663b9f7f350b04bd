import { fork } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const usage = `Starts what somebody needs who writes an app that listens to Conea, on this machine and without any account:
the emulators of Firebase Auth, Firestore (with the project's rules) and Pub/Sub, Firebase Hosting with the listening page,
and Conea itself, which keeps its tasks in that Firestore.

npm run emulators -- [--project ID] [--auth-port N] [--firestore-port N] [--pubsub-port N] [--page-port N] [--conea-port N]
  --project ID      default demo-conea; an id that begins with demo- reaches nothing outside
  --auth-port       9099        --firestore-port  8085        --pubsub-port  8086
  --page-port       5000        --conea-port      8080

Ctrl-C stops everything that was started here; twice stops at once. Nothing is kept.

Firestore and Pub/Sub are those of the Google Cloud SDK (gcloud components install cloud-firestore-emulator
pubsub-emulator) and need Java 17 or later. firebase-tools is installed at the first start, 220 MB into node_modules/.cache;
without the Google Cloud SDK it downloads its own emulators, which need Java 21.`;

const child = join(import.meta.dirname, "../tests/firebase/run-emulators.ts");
const portNames = ["auth", "firestore", "pubsub", "page", "conea"] as const;
type Ports = Record<(typeof portNames)[number], number>;

/** As tests/firebase/run-emulators.ts takes it. */
type Options = { project: string; ports: Ports };

function main(args: string[]): void {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean" },
      project: { type: "string", default: "demo-conea" },
      "auth-port": { type: "string", default: "9099" },
      "firestore-port": { type: "string", default: "8085" },
      "pubsub-port": { type: "string", default: "8086" },
      "page-port": { type: "string", default: "5000" },
      "conea-port": { type: "string", default: "8080" },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const ports = portNames.map((name) => [name, toPort(`--${name}-port`, values[`${name}-port`])] as const);
  if (new Set(ports.map(([, port]) => port)).size < ports.length)
    throw new Error("Two of the ports are the same.");
  start({ project: values.project, ports: Object.fromEntries(ports) as Ports });
}

function toPort(option: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Error(`${option} must be a whole number from 1 to 65535.`);
}

/** In a group of its own, so that a terminal's Ctrl-C reaches only this process, which passes it on: it stops in order. */
function start(options: Options): void {
  const running = fork(child, [JSON.stringify(options)], { detached: true, execArgv: ["--no-warnings"] });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => running.kill(signal));
  running.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exitCode = 2;
}
