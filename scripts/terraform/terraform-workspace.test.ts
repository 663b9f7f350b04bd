import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTerraformWorkspace } from "./terraform-workspace.ts";

const read = [
  "terraform/versions.tf",
  "terraform/tests/fixtures/event/worker/function.yaml",
  "firebase/firestore.rules",
  "conea.yaml",
  "functions/api/function.yaml",
  "dist/api.zip",
];
const other = [
  "terraform/.terraform/providers/x",
  "terraform/terraform.tfstate",
  "firebase/node_modules/x/index.js",
  "functions/api/api.ts",
  "dist/api/index.js",
];
let root: string;
let folder: string;
const write = (path: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), path);
};
const has = (path: string) => existsSync(join(folder, path));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "conea-root-"));
  for (const path of [...read, ...other]) write(path);
  folder = makeTerraformWorkspace(root);
});
afterEach(() => {
  rmSync(root, { recursive: true });
  rmSync(folder, { recursive: true });
});

describe("makeTerraformWorkspace", () => {
  it("copies what a plan reads and no more", () => {
    expect(read.filter((path) => !has(path))).toEqual([]);
    expect(other.filter(has)).toEqual([]);
  });

  it("keeps the state on this disk, and only there", () => {
    expect(readFileSync(join(folder, "terraform/backend_override.tf"), "utf8")).toContain('backend "local"');
    expect(existsSync(join(root, "terraform/backend_override.tf"))).toBe(false);
  });
});
