import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { endProcess, startProcess } from "./start-process.fixture.ts";

type Ran = { code: number; stdout: string; stderr: string };

/** Runs `npm run recover`'s program to its end. */
async function runRecover(environment: Record<string, string>, ...args: string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH, ...environment };
  try {
    const ran = await promisify(execFile)(process.execPath, ["scripts/recover.ts", ...args], { env });
    return { code: 0, ...ran };
  } catch (error) {
    return error as Ran;
  }
}

describe("npm run recover", () => {
  it("recovers a running Conea and reports what it did, queue by queue", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "conea-recover-"));
    const started = await startProcess({ CONEA_DATA_DIR: dataDir });
    try {
      const { code, stdout } = await runRecover({ CONEA_URL: started.url }, "--orphans");
      expect(code).toBe(0);
      expect(stdout).toMatch(/openai +woken, 0 ready, 0 scheduled/);
      expect(stdout).toContain("Every step succeeded.");
      const refused = await runRecover({ CONEA_URL: started.url, CONEA_API_KEY: "wrong" });
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("The key is not valid.")]);
    } finally {
      await endProcess(started, "SIGKILL");
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("says in a sentence what is wrong", async () => {
    const nowhere = await runRecover({ CONEA_URL: "http://127.0.0.1:1" });
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      expect.stringMatching(/^Conea does not answer at http/),
    ]);
    expect((await runRecover({}, "--orphan")).stderr).toMatch(/^There is no option --orphan\./);
    expect(await runRecover({}, "--help")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/CONEA_URL/),
    });
  });
});
