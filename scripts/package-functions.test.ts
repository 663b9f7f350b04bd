import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageFunctions } from "./package-functions.ts";
import { readZip } from "./read-zip.fixture.ts";

let root: string;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const pack = () => packageFunctions({ root, outDir: join(root, "dist") });
const archive = () => readFileSync(join(root, "dist/api.zip"));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "conea-package-"));
  write("conea.yaml", "providers: {}\n");
  write("dist/api/index.js", "import './chunks/a.js';\n");
  write("dist/api/chunks/a.js", "export const umlaut = 'ä';\n".repeat(1_000));
  write("dist/notes.txt", "no bundle");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("packageFunctions", () => {
  it("packs each bundle with the configuration it reads at start", () => {
    expect(pack()).toEqual(["api"]);
    expect([...readZip(archive()).keys()]).toEqual(["chunks/a.js", "conea.yaml", "index.js"]);
  });

  it("makes the same bytes of the same files, whenever they were written", () => {
    pack();
    const first = archive();
    utimesSync(join(root, "dist/api/index.js"), 1, 1);
    pack();
    expect(archive().equals(first)).toBe(true);
  });

  it("makes other bytes of another configuration", () => {
    pack();
    const first = archive();
    write("conea.yaml", "providers: {} # changed\n");
    pack();
    expect(archive().equals(first)).toBe(false);
  });
});
