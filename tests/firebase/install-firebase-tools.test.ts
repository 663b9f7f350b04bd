import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MissingTool } from "../emulators/missing-tool.ts";
import { installFirebaseTools } from "./install-firebase-tools.ts";

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "conea-cache-"));
});
afterEach(() => rm(cache, { recursive: true }));

/** An npm that does what a script says. */
async function anNpm(script: string): Promise<string> {
  const bin = join(cache, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "npm"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return join(bin, "npm");
}

it("installs the version that is asked for, once", async () => {
  const npm = await anNpm("mkdir node_modules; echo run >> ../runs");
  const programs = [await installFirebaseTools({ cache, npm }), await installFirebaseTools({ cache, npm })];
  expect(new Set(programs).size).toBe(1);
  expect(programs[0]).toMatch(
    /firebase-tools-\d+\.\d+\.\d+\/node_modules\/firebase-tools\/lib\/bin\/firebase\.js$/,
  );
  expect(await readFile(join(cache, "runs"), "utf8")).toBe("run\n");
});

it("installs once when two ask at the same time", async () => {
  const npm = await anNpm("mkdir node_modules; echo run >> ../runs");
  const asked = [installFirebaseTools({ cache, npm }), installFirebaseTools({ cache, npm })];
  expect(new Set(await Promise.all(asked)).size).toBe(1);
  expect(await readFile(join(cache, "runs"), "utf8")).toBe("run\n");
});

it("does not wait for one that is gone", async () => {
  const npm = await anNpm("mkdir node_modules");
  await installFirebaseTools({ cache, npm });
  const [installed = ""] = (await readdir(cache)).filter((name) => name.startsWith("firebase-tools-"));
  await rename(join(cache, installed), join(cache, `${installed}.lock`));
  await utimes(join(cache, `${installed}.lock`), 0, 0);
  await installFirebaseTools({ cache, npm });
  expect(await readdir(cache)).toEqual(expect.arrayContaining([installed]));
  expect(await readdir(cache)).not.toContain(`${installed}.lock`);
});

it("leaves nothing half done behind, and names what is missing and why", async () => {
  const npm = await anNpm("mkdir node_modules; echo no network >&2; exit 1");
  const failed = installFirebaseTools({ cache, npm });
  await expect(failed).rejects.toThrow(MissingTool);
  await expect(failed).rejects.toThrow(/firebase-tools is missing.*no network/s);
  expect(await readdir(cache)).toEqual(["bin"]);
});
