import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../e2e/free-port.fixture.ts";
import { findCloudSdk } from "./find-cloud-sdk.ts";
import { MissingTool } from "./missing-tool.ts";
import { startJava } from "./start-java.ts";

export type Emulator = {
  /** `127.0.0.1:PORT`, as the official clients want it in their variable. */
  host: string;
  /** Ends the process that was started here and waits for it. An emulator of somebody else goes on. */
  close(): Promise<void>;
};

type Kind = {
  name: string;
  component: string;
  /** Set by somebody who runs an emulator already. */
  variable: string;
  /** Below the SDK's folder. */
  jar: string;
  toArguments: (jar: string, port: number) => string[];
  ready: RegExp;
};

const host = "127.0.0.1";
const readyWithinMs = 30_000;
/** The free port that was found may be taken before the emulator asks for it. */
const tries = 3;
/** Measured: 1.6 times the throughput and half the memory of the defaults. */
const flags = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

const firestore: Kind = {
  name: "Firestore emulator",
  component: "cloud-firestore-emulator",
  variable: "FIRESTORE_EMULATOR_HOST",
  jar: "platform/cloud-firestore-emulator/cloud-firestore-emulator*.jar",
  toArguments: (jar, port) => [
    ...flags,
    "-cp",
    jar,
    "com.google.cloud.datastore.emulator.firestore.CloudFirestore",
    "start",
    `--host=${host}`,
    `--port=${port}`,
  ],
  ready: /is now running/,
};

const pubsub: Kind = {
  name: "Pub/Sub emulator",
  component: "pubsub-emulator",
  variable: "PUBSUB_EMULATOR_HOST",
  jar: "platform/pubsub-emulator/lib/cloud-pubsub-emulator*.jar",
  toArguments: (jar, port) => [...flags, "-jar", jar, `--host=${host}`, `--port=${port}`],
  ready: /Server started, listening on/,
};

/**
 * The Firestore emulator of the Google Cloud SDK on the port given. Without a port: on a free one, or the emulator that
 * FIRESTORE_EMULATOR_HOST names. Throws `MissingTool` when gcloud, java or the emulator is not here.
 */
export const startFirestoreEmulator = (port?: number): Promise<Emulator> => startEmulator(firestore, port);

/** As `startFirestoreEmulator`, for Pub/Sub and PUBSUB_EMULATOR_HOST. */
export const startPubSubEmulator = (port?: number): Promise<Emulator> => startEmulator(pubsub, port);

async function startEmulator(kind: Kind, port?: number): Promise<Emulator> {
  const running = process.env[kind.variable];
  if (running && port === undefined) return { host: running, close: async () => undefined };
  const jar = await findJar(kind);
  if (port !== undefined) return startOn(port, jar, kind);
  for (let left = tries - 1; ; left--) {
    try {
      return await startOn(await freePort(), jar, kind);
    } catch (error) {
      if (left === 0 || error instanceof MissingTool) throw error;
    }
  }
}

async function findJar({ jar, name, component }: Kind): Promise<string> {
  const [found] = globSync(join(await findCloudSdk(), jar));
  if (found && existsSync(found)) return found;
  throw new MissingTool(`The ${name} is missing: gcloud components install ${component}`);
}

async function startOn(port: number, jar: string, kind: Kind): Promise<Emulator> {
  const java = startJava(kind.toArguments(jar, port), kind.ready, readyWithinMs);
  try {
    await java.ready;
  } catch (error) {
    await java.stop();
    throw error;
  }
  return { host: `${host}:${port}`, close: java.stop };
}
