import { globSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { FunctionManifest } from "../shared/config/function-manifest.ts";
import { findTextProblems, findUnlistedVariables } from "./terraform/find-text-problems.ts";
import { readPlan } from "./terraform/plan.ts";
import { findPlanProblems, planRules } from "./terraform/plan-rules.ts";
import { findTerraform, type RunTerraform } from "./terraform/run-terraform.ts";
import { makeTerraformWorkspace } from "./terraform/terraform-workspace.ts";

const usage = `Checks terraform/ without reaching Google. Usage: node scripts/check-terraform.ts [--rules]
  --rules  print the rules for what a provider's schema cannot know, instead
Runs fmt, init, validate, a plan of every environment, the rules on each plan, and terraform's tests, on a copy. Wants
npm run build first. TERRAFORM_CHECK names a program that runs terraform with a provider of its own.`;

const root = join(import.meta.dirname, "..");

async function main(words: string[]): Promise<number> {
  if (words.includes("--help")) return say(usage);
  if (words.includes("--rules")) return say(planRules.map(({ id, reason }) => `${id}: ${reason}`).join("\n"));
  if (words.length > 0) return say(`Unknown: ${words.join(" ")}\n${usage}`, 2);
  const terraform = findTerraform(root, process.env);
  if (!terraform && process.env.CI === "true") return say("terraform is not installed.", 1);
  if (!terraform) return say("Skipped: terraform is not installed.");
  const workspace = makeTerraformWorkspace(root);
  try {
    return await check(terraform, join(workspace, "terraform"));
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

async function check(terraform: RunTerraform, folder: string): Promise<number> {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const textProblems = [
    ...["variables.tf", "outputs.tf"].flatMap((file) => findTextProblems(file, read(file))),
    ...findUnlistedVariables(read("variables.tf"), read("README.md")),
  ];
  if (textProblems.length > 0) return say(textProblems.join("\n"), 1);
  const start = await terraform(folder, ["fmt -check -recursive", "init -input=false", "validate -no-color"]);
  if (!start.ok) return say(start.output, 1);
  const environments = globSync("environments/*.tfvars", { cwd: folder }).map((file) =>
    basename(file, ".tfvars"),
  );
  for (const name of environments.sort()) {
    const problems = await checkEnvironment(terraform, folder, name);
    if (problems.length > 0) return say(`${name}:\n${problems.join("\n")}`, 1);
    console.log(`${name}: its plan keeps ${planRules.length} rules.`);
  }
  const tests = await terraform(folder, ["test -no-color"]);
  return say(tests.ok ? toSummary(tests.output) : tests.output, tests.ok ? 0 : 1);
}

async function checkEnvironment(terraform: RunTerraform, folder: string, name: string): Promise<string[]> {
  const variables = `-var-file=environments/${name}.tfvars -var project_number=123456789012`;
  const billing = "-var billing_account=000000-000000-000000";
  const planned = await terraform(folder, [
    `plan -no-color -input=false ${variables} ${billing} -out=${name}.tfplan`,
  ]);
  if (!planned.ok) return [toErrors(planned.output)];
  const shown = await terraform(folder, [`show -json ${name}.tfplan`]);
  const json = shown.output.split("\n").find((line) => line.startsWith("{"));
  if (!json) return [shown.output];
  return findPlanProblems({ resources: readPlan(json), manifests: readManifests() }).map(
    ({ message }) => message,
  );
}

function readManifests(): ReadonlyMap<string, FunctionManifest> {
  const files = globSync("functions/*/function.yaml", { cwd: root });
  return new Map(
    files.map((file) => [
      basename(dirname(file)),
      FunctionManifest.parse(parse(readFileSync(join(root, file), "utf8"))),
    ]),
  );
}

/** A failed plan is printed before the reason it failed for. */
function toErrors(output: string): string {
  return output.slice(Math.max(0, output.indexOf("\nError: "))).trim();
}

function toSummary(output: string): string {
  return /^(Success!.*)$/m.exec(output)?.[1] ?? output;
}

function say(text: string, exitCode = 0): number {
  (exitCode === 0 ? console.log : console.error)(text);
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
