import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

function run(...args: string[]) {
  return spawnSync(process.execPath, ["local/create-key.ts", ...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH },
    timeout: 15_000,
  });
}

// What it makes is used by the tests in tests/e2e/google/.
describe("npm run create-key", () => {
  it("explains itself", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    expect(stdout).toContain("--project ID");
  });

  it.each([
    [[], "--project is missing."],
    [["--project=p", "--tenant=a/b"], "--tenant must be 1–64 letters, digits or _ . @ -"],
    [["--project=p", "--role=user"], "Unknown option '--role'"],
  ])("refuses %j and says why", (args, sentence) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(sentence);
  });
});
