import { cpSync, globSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What a plan reads, relative to the root. */
const inputs = [
  "terraform",
  "firebase/firestore.*",
  "conea.yaml",
  "shared/config/alert-rules.json",
  "functions/*/function.yaml",
  "dist/*.zip",
];
const made = /(^|\/)(\.terraform|\.terraform\.lock\.hcl|terraform\.tfstate.*)$/;

/**
 * Copies what a plan reads into a new folder, with the state on this disk instead of in a bucket: checking reaches nothing,
 * and leaves nothing behind in the tree. Returns the folder; its `terraform` is where to run.
 */
export function makeTerraformWorkspace(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), "conea-terraform-"));
  for (const path of inputs.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      filter: (from) => !made.test(from.replaceAll("\\", "/")),
    });
  }
  writeFileSync(join(folder, "terraform/backend_override.tf"), 'terraform {\n  backend "local" {}\n}\n');
  return folder;
}
