import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../e2e/free-port.fixture.ts";
import { installFirebaseTools } from "./install-firebase-tools.ts";

const host = "127.0.0.1";
const readyWithinMs = 60_000;
const downloadedWithinMs = 600_000;
const ready = /All emulators ready/;
/** What is kept of its output, to be shown when it fails. */
const keptCharacters = 8_000;
const firebaseJson = join(import.meta.dirname, "../../firebase.json");

export type FirebaseToolsOptions = {
  projectId: string;
  /** What Hosting serves: a folder as `buildPage` makes it. */
  page: string;
  /** `host:port` of the Firestore emulator, which the page listens to. */
  firestore: string;
  /** Free ones are taken for what is not given. */
  ports?: { auth?: number; hosting?: number };
  /** Where its own Firestore and Pub/Sub emulators listen, which it downloads; without it they are not started. */
  downloaded?: { firestore: number; pubsub: number };
};

export type FirebaseTools = {
  auth: string;
  hosting: string;
  /** Ends what was started here, and waits for it. */
  close(): Promise<void>;
};

/**
 * Starts the Auth and the Hosting emulator of firebase-tools, with the headers of firebase.json and a configuration.json
 * that connects the page to the emulators. Throws `MissingTool` when firebase-tools is missing.
 */
export async function startFirebaseTools(options: FirebaseToolsOptions): Promise<FirebaseTools> {
  const program = await installFirebaseTools();
  const folder = await mkdtemp(join(tmpdir(), "conea-firebase-"));
  const ports = {
    auth: options.ports?.auth ?? (await freePort()),
    hosting: options.ports?.hosting ?? (await freePort()),
    hub: await freePort(),
    logging: await freePort(),
    ...options.downloaded,
  };
  const only = ["auth", "hosting", ...Object.keys(options.downloaded ?? {})].join();
  await writeProject(folder, ports, options);
  const child = spawn(
    process.execPath,
    [program, "emulators:start", "--only", only, "--project", options.projectId],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, CI: "true" }, detached: true },
  );
  const endWithParent = () => child.kill("SIGKILL");
  process.once("exit", endWithParent);
  const close = async () => {
    await end(child);
    process.off("exit", endWithParent);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(child, options.downloaded ? downloadedWithinMs : readyWithinMs);
  } catch (error) {
    await close();
    throw error;
  }
  return { auth: `http://${host}:${ports.auth}`, hosting: `http://${host}:${ports.hosting}`, close };
}

type Ports = Record<string, number> & { auth: number };

async function writeProject(
  folder: string,
  ports: Ports,
  { projectId, page, firestore }: FirebaseToolsOptions,
): Promise<void> {
  const [firestoreHost = host, firestorePort] = firestore.split(":");
  const configuration = {
    firebase: { apiKey: "demo", projectId },
    emulators: {
      auth: `http://${host}:${ports.auth}`,
      firestore: { host: firestoreHost, port: Number(firestorePort) },
    },
  };
  const { hosting } = JSON.parse(await readFile(firebaseJson, "utf8"));
  const emulators = Object.entries(ports).map(([name, port]) => [name, { host, port }]);
  await cp(page, join(folder, "page"), { recursive: true });
  await writeJson(join(folder, "page/configuration.json"), configuration);
  await writeJson(join(folder, "firebase.json"), {
    hosting: allowLoopback({ ...hosting, public: "page" }),
    emulators: { ...Object.fromEntries(emulators), ui: { enabled: false } },
  });
}

/** The page may connect to Google's servers; here they are on this machine. */
function allowLoopback(hosting: object): object {
  const text = JSON.stringify(hosting);
  return JSON.parse(text.replace("https://*.googleapis.com", `http://${host}:*`));
}

function writeJson(path: string, value: object): Promise<void> {
  return writeFile(path, JSON.stringify(value));
}

function waitUntilReady(child: ChildProcess, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (what: string) => reject(new Error(`firebase-tools ${what}:\n${output}`));
    const timer = setTimeout(() => fail(`was not ready within ${withinMs} ms`), withinMs);
    const listen = (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-keptCharacters);
      if (ready.test(output)) resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("error", (error) => fail(`did not start: ${error.message}`));
    child.once("exit", (code) => fail(`ended with ${code} before it was ready`));
    for (const event of ["exit", "error"]) child.once(event, () => clearTimeout(timer));
  });
}

/** It ends its emulators itself when asked once: `detached` keeps a terminal's Ctrl-C from asking a second time. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, "exit");
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exited;
  clearTimeout(timer);
}
