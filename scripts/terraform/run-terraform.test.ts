import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findTerraform } from "./run-terraform.ts";

let folder: string;
let root: string;
const program = (path: string, text: string) => {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
};
const environment = (more: Record<string, string> = {}) => ({ PATH: `${folder}/bin:/usr/bin:/bin`, ...more });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conea-run-"));
  root = join(folder, "checkout");
  for (const path of ["bin", "checkout"]) mkdirSync(join(folder, path));
  program(join(folder, "bin/terraform"), 'echo "terraform $@"; test "$2" != "validate"');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("findTerraform", () => {
  it("finds none where there is none", () => {
    expect(findTerraform(root, { PATH: join(folder, "nowhere") })).toBeUndefined();
  });

  it("runs terraform itself, one command after the other", async () => {
    const terraform = findTerraform(root, environment());
    await expect(terraform?.("here", ["init -input=false", "test"])).resolves.toEqual({
      ok: true,
      output: "terraform -chdir=here init -input=false\nterraform -chdir=here test\n",
    });
  });

  it("stops at the first command that fails", async () => {
    const terraform = findTerraform(root, environment());
    await expect(terraform?.("here", ["validate", "test"])).resolves.toEqual({
      ok: false,
      output: "terraform -chdir=here validate\n",
    });
  });

  it("hands all commands to the checker that the environment names", async () => {
    program(join(folder, "checker"), 'echo "checker $@"; exit 1');
    const terraform = findTerraform(root, environment({ TERRAFORM_CHECK: join(folder, "checker") }));
    await expect(terraform?.("here", ["init -input=false", "test"])).resolves.toEqual({
      ok: false,
      output: "checker here init -input=false , test\n",
    });
  });

  it("takes the checker that stands beside the checkout", async () => {
    mkdirSync(join(folder, "shared/terraform-check"), { recursive: true });
    program(join(folder, "shared/terraform-check/terraform-check"), 'echo "beside $@"');
    const { output } = (await findTerraform(root, environment())?.("here", ["test"])) ?? {};
    expect(output).toBe("beside here test\n");
  });
});
