import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocal } from "../../local/open-local.ts";
import { buildPage } from "../../scripts/build-page.ts";
import { createProcessLog } from "../../shared/config/create-process-log.ts";
import { readSettings } from "../../shared/config/settings.ts";
import { openFirestoreDocuments } from "../../shared/platform/google/documents.ts";
import { openPubSubEvents } from "../../shared/platform/google/events.ts";
import { MissingTool } from "../emulators/missing-tool.ts";
import { startFirestoreEmulator, startPubSubEmulator } from "../emulators/start-emulator.ts";
import { loadRules } from "./load-rules.ts";
import { startFirebaseTools } from "./start-firebase-tools.ts";

const root = join(import.meta.dirname, "../..");
const host = "127.0.0.1";

export type EmulatorSetOptions = {
  project: string;
  ports: { auth: number; firestore: number; pubsub: number; page: number; conea: number };
};

export type EmulatorSet = {
  auth: string;
  /** `host:port`. */
  firestore: string;
  /** `host:port`. */
  pubsub: string;
  page: string;
  conea: string;
  apiKey: string;
  topic: string;
  /** Stops everything that was started, the last first. */
  close(): Promise<void>;
};

/**
 * Auth, Firestore, Pub/Sub, the page and Conea on the ports given. What was started is stopped again when one of them fails
 * or `signal` aborts. Throws `MissingTool`, and an `Error` that names a port in use.
 */
export async function startEmulatorSet(
  options: EmulatorSetOptions,
  signal: AbortSignal,
): Promise<EmulatorSet> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of closing.splice(0)) await stop();
  };
  const keep = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    closing.unshift(started.close);
    signal.throwIfAborted();
    return started;
  };
  try {
    return { ...(await startAll(options, keep)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Keep = <T extends { close(): Promise<void> }>(starting: Promise<T>) => Promise<T>;

async function startAll(
  { project, ports }: EmulatorSetOptions,
  keep: Keep,
): Promise<Omit<EmulatorSet, "close">> {
  for (const [name, port] of Object.entries(ports)) await checkFree(name, port);
  const settings = readSettings({ ...process.env, PORT: String(ports.conea) });
  const folder = await keep(makeFolder());
  const page = join(folder.path, "page");
  await buildPage({ root, outDir: page });
  const google = await keep(startGoogleEmulators(ports));
  const { firestore, pubsub } = google;
  const tools = await keep(
    startFirebaseTools({
      projectId: project,
      page,
      firestore,
      ports: { auth: ports.auth, hosting: ports.page },
      ...(google.isMissing && { downloaded: { firestore: ports.firestore, pubsub: ports.pubsub } }),
    }),
  );
  await loadRules(firestore, project, await readFile(join(root, "firebase/firestore.rules"), "utf8"));
  const { topic, localApiKey: apiKey } = settings;
  await createTopic(pubsub, project, topic);
  const documents = await keep(
    toOpened(openFirestoreDocuments({ project, database: "(default)", endpoint: firestore })),
  );
  const events = await keep(toOpened(openPubSubEvents({ project, topic, endpoint: pubsub })));
  const conea = await keep(
    openLocal({
      settings: { ...settings, dataDir: join(folder.path, "data") },
      environment: process.env,
      log: createProcessLog({ ...settings, logLevel: "warning" }, process.stderr),
      instead: { documents, events },
    }),
  );
  const { auth, hosting } = tools;
  return { auth, firestore, pubsub, page: hosting, conea: conea.url, apiKey, topic };
}

const toOpened = async <T>(opened: T): Promise<T> => opened;

async function makeFolder(): Promise<{ path: string; close(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "conea-emulators-"));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}

type GoogleEmulators = { firestore: string; pubsub: string; isMissing: boolean; close(): Promise<void> };

/** Those of the Google Cloud SDK; where it is missing, their addresses once firebase-tools has started its own. */
async function startGoogleEmulators(ports: EmulatorSetOptions["ports"]): Promise<GoogleEmulators> {
  const started: { host: string; close(): Promise<void> }[] = [];
  const close = async () => {
    await Promise.all(started.map((emulator) => emulator.close()));
  };
  try {
    started.push(await startFirestoreEmulator(ports.firestore), await startPubSubEmulator(ports.pubsub));
  } catch (error) {
    await close();
    started.length = 0;
    if (!(error instanceof MissingTool)) throw error;
    console.log(`${error.message}\nfirebase-tools downloads its own emulators instead.`);
  }
  return {
    firestore: `${host}:${ports.firestore}`,
    pubsub: `${host}:${ports.pubsub}`,
    isMissing: started.length === 0,
    close,
  };
}

async function createTopic(pubsub: string, project: string, topic: string): Promise<void> {
  const address = `http://${pubsub}/v1/projects/${project}/topics/${topic}`;
  const answer = await fetch(address, { method: "PUT", signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`The Pub/Sub emulator did not make the topic ${topic}: ${answer.status}`);
}

/** Says which port is taken before anything is started. */
function checkFree(name: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", () =>
      reject(new Error(`Port ${port} cannot be used: choose another by --${name}-port.`)),
    );
    server.listen(port, host, () => server.close(() => resolve()));
  });
}
