import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFunctions } from "../../scripts/build-functions.ts";
import { freePort } from "./free-port.fixture.ts";

const root = join(import.meta.dirname, "../..");
const framework = join(root, "node_modules/@google-cloud/functions-framework/build/src/main.js");

export type StartedBundle = {
  process: ChildProcess;
  url: string;
  output: () => string;
  /** Resolves once the output contains the text. */
  says(text: string): Promise<void>;
};

export type Bundles = {
  /** Holds `dist`, and whatever a test puts beside it. */
  folder: string;
  built: Awaited<ReturnType<typeof buildFunctions>>;
  /** Starts a built function on the Functions Framework, as it is started where it is deployed; on a free port, or on PORT. */
  start(name: string, environment?: Record<string, string>): Promise<StartedBundle>;
  /** Kills what was started, and removes the folder. */
  close(): Promise<void>;
};

/** Builds every function into a folder of its own. */
export async function buildBundles(): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), "conea-bundles-"));
  const built = await buildFunctions({ root, outDir: join(folder, "dist") });
  // The bundles leave the framework outside, as it is where they are deployed.
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const running: ChildProcess[] = [];
  return {
    folder,
    built,
    async start(name, environment = {}) {
      const port = environment.PORT ?? String(await freePort());
      const child = spawn(
        process.execPath,
        [framework, "--target=main", `--source=${join(folder, "dist", name)}`],
        {
          env: {
            PATH: process.env.PATH,
            PORT: port,
            CONEA_DATA_DIR: join(folder, `data-${name}`),
            ...environment,
          },
          stdio: ["ignore", "pipe", "pipe"],
          cwd: folder,
        },
      );
      running.push(child);
      let output = "";
      child.stderr.on("data", (chunk) => {
        output += chunk;
      });
      await new Promise<void>((resolve, reject) => {
        child.once("exit", (code) => reject(new Error(`${name} exited with ${code}: ${output}`)));
        child.stdout.on("data", (chunk) => String(chunk).includes("URL:") && resolve());
      });
      const says = (text: string) =>
        new Promise<void>((resolve) => {
          const look = () => output.includes(text) && resolve();
          child.stderr.on("data", look);
          look();
        });
      return { process: child, url: `http://127.0.0.1:${port}`, output: () => output, says };
    },
    async close() {
      for (const child of running) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
