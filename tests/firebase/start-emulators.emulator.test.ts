import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initializeApp } from "firebase/app";
import {
  connectAuthEmulator,
  initializeAuth,
  inMemoryPersistence,
  signInWithCustomToken,
} from "firebase/auth";
import {
  connectFirestoreEmulator,
  doc,
  type Firestore,
  getFirestore,
  onSnapshot,
  terminate,
} from "firebase/firestore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toUnsignedToken } from "../../firebase/page/to-unsigned-token.ts";
import { freePort } from "../e2e/free-port.fixture.ts";
import { describeOnEmulators } from "../emulators/describe-on-emulators.ts";
import { findBrowserTools } from "./find-browser-tools.ts";

const project = "demo-conea-test";
const withinMs = 120_000;

/** Where the programs put what they need while they run. */
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "conea-test-"));
});

const children: ChildProcess[] = [];
/** What a failed test left running ends when the process that watches it is gone. */
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

const tools = await findBrowserTools(process.env);
const missing = "missing" in tools ? ` — ${tools.missing}` : "";

describe.skipIf(missing !== "")(`npm run emulators${missing}`, () => {
  describeOnEmulators(["firestore", "pubsub"], "with the tools it needs", suite);
});

function suite(): void {
  it(
    "serves an app that signs in and listens, says where, and leaves nothing behind after Ctrl-C",
    async () => {
      const ports = {
        auth: await freePort(),
        firestore: await freePort(),
        pubsub: await freePort(),
        page: await freePort(),
        conea: await freePort(),
      };
      const program = start(ports);
      await program.ready;
      for (const port of Object.values(ports)) expect(program.output()).toContain(`127.0.0.1:${port}`);
      expect(await (await fetch(`http://127.0.0.1:${ports.page}/`)).text()).toContain("Listen to a task");

      const id = await submit(ports.conea);
      const firestore = await signIn(ports);
      const seen = await listenToEnd(firestore, id);
      expect(seen.at(-1)).toBe("succeeded");
      await terminate(firestore);

      expect(await program.end("SIGINT")).toBe(0);
      for (const port of Object.values(ports)) expect(await isOpen(port)).toBe(false);
      expect(await readdir(folder)).toEqual([]);
    },
    withinMs,
  );

  it("names the port that is taken, and starts nothing", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const auth = await freePort();
    const program = start({ auth, firestore: port });
    const said = `Port ${port} cannot be used: choose another by --firestore-port.`;
    await expect(program.ready).rejects.toThrow(said);
    expect(await program.exited).toBe(1);
    expect(await isOpen(auth)).toBe(false);
    taken.close();
  });
}

it("explains itself, and refuses ports that are none", async () => {
  const help = start({}, ["--help"]);
  expect(await help.exited).toBe(0);
  expect(help.output()).toContain("npm run emulators -- [--project ID]");
  const wrong = start({ auth: 70_000 });
  expect(await wrong.exited).toBe(2);
  expect(wrong.output()).toContain("--auth-port must be a whole number from 1 to 65535.");
});

function start(ports: Record<string, number>, more: string[] = []) {
  const named = Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  const args = ["scripts/start-emulators.ts", "--project", project, ...named, ...more];
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, args, {
    env: { PATH, HOME, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  const exited = once(child, "exit").then(([code]): number => code);
  const ready = new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      output += chunk;
      if (output.includes("Ctrl-C stops all of them.")) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("close", () => reject(new Error(output)));
  });
  // Only a test that waits for it cares whether it comes up.
  ready.catch(() => undefined);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return { ready, exited, end, output: () => output };
}

async function submit(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/tasks`, {
    method: "POST",
    headers: { Authorization: "Bearer local-dev-key", "Content-Type": "application/json" },
    body: JSON.stringify({
      type: "chat",
      stream: true,
      input: { messages: [{ role: "user", content: "Hello" }] },
    }),
  });
  const { id } = (await answer.json()) as { id: string };
  return id;
}

/** As an app does it, signed in as the user of Conea's local key. */
async function signIn(ports: { auth: number; firestore: number }): Promise<Firestore> {
  const app = initializeApp({ apiKey: "demo", projectId: project }, project);
  const auth = initializeAuth(app, { persistence: inMemoryPersistence });
  connectAuthEmulator(auth, `http://127.0.0.1:${ports.auth}`, { disableWarnings: true });
  const firestore = getFirestore(app);
  connectFirestoreEmulator(firestore, "127.0.0.1", ports.firestore);
  await signInWithCustomToken(auth, toUnsignedToken("local", { tenant: "local", role: "user" }));
  return firestore;
}

/** The statuses that a listener sees until the task has ended. */
function listenToEnd(firestore: Firestore, id: string): Promise<string[]> {
  const seen: string[] = [];
  return new Promise((resolve, reject) => {
    const stop = onSnapshot(
      doc(firestore, "tasks", id),
      (task) => {
        seen.push(task.data()?.status);
        if (!task.data()?.completedAt) return;
        stop();
        resolve(seen);
      },
      reject,
    );
  });
}

async function isOpen(port: number): Promise<boolean> {
  const socket = createConnection(port, "127.0.0.1");
  const opened = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return opened;
}
