import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const needed = [
  "package.json",
  "conea.yaml",
  "docs/dependencies.md",
  "shared/api",
  "shared/config",
  "shared/core",
  "scripts",
];
let copy: string;
const generate = (...words: string[]) =>
  spawnSync(process.execPath, [join(copy, "scripts/generate.ts"), ...words], { encoding: "utf8" });

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "conea-generate-"));
  for (const path of needed) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  execFileSync(process.execPath, [join(copy, "scripts/generate.ts")]);
});
afterEach(() => rmSync(copy, { recursive: true }));

describe("generate", () => {
  it("writes what its own check accepts", () => {
    expect(generate("--check")).toMatchObject({ status: 0, stdout: "2 generated files are up to date.\n" });
    expect(generate()).toMatchObject({ status: 0, stdout: "Nothing to write.\n" });
  });

  it("fails on a stale file, naming it and the way out", () => {
    appendFileSync(join(copy, "docs/settings.md"), "by hand\n");
    rmSync(join(copy, ".env.example"));
    expect(generate("--check")).toMatchObject({
      status: 1,
      stderr: ".env.example is stale: run npm run fix.\ndocs/settings.md is stale: run npm run fix.\n",
    });
  });

  it("fails on a dependency without a reason", () => {
    rmSync(join(copy, "docs/dependencies.md"));
    expect(generate("--check").stderr).toContain(
      "docs/dependencies.md lacks a row that starts with | `zod` ",
    );
  });

  it("lists every setting and every provider's key, all commented out", () => {
    const example = readFileSync(join(copy, ".env.example"), "utf8");
    expect(example).toContain("# PORT=8080\n");
    expect(example).toContain(
      "# Key of provider `openai` (kind openai); without it, npm start plays the vendor on this machine.\n# OPENAI_API_KEY=\n",
    );
    expect(example.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
  });
});
