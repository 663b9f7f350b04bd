import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Runs terraform's commands in a folder, and says whether all went well and what they printed. */
export type RunTerraform = (folder: string, commands: string[]) => Promise<{ ok: boolean; output: string }>;

/**
 * How terraform is run here. A checker (a program that takes a folder and commands parted by ` , `, and runs them against a
 * provider of its own) where TERRAFORM_CHECK names one or one stands beside the checkout; else terraform itself.
 * `undefined` where there is no terraform.
 */
export function findTerraform(
  root: string,
  environment: Record<string, string | undefined>,
): RunTerraform | undefined {
  if (!canRun("terraform", environment)) return undefined;
  const beside = join(root, "../shared/terraform-check/terraform-check");
  const checker = environment.TERRAFORM_CHECK || (existsSync(beside) ? beside : undefined);
  if (checker)
    return (folder, commands) => run(checker, [folder, ...commands.join(" , ").split(" ")], environment);
  return async (folder, commands) => {
    const printed = [];
    for (const command of commands) {
      const result = await run("terraform", [`-chdir=${folder}`, ...command.split(" ")], environment);
      printed.push(result.output);
      if (!result.ok) return { ok: false, output: printed.join("") };
    }
    return { ok: true, output: printed.join("") };
  };
}

function canRun(program: string, env: Record<string, string | undefined>): boolean {
  try {
    execFileSync(program, ["version"], { env, stdio: "ignore", timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

function run(
  program: string,
  words: string[],
  environment: Record<string, string | undefined>,
): ReturnType<RunTerraform> {
  // A plan that makes everything anew asks Google nothing, but the provider wants a token before it starts.
  const env = { GOOGLE_OAUTH_ACCESS_TOKEN: "none", ...environment };
  const child = spawn(program, words, { env, stdio: ["ignore", "pipe", "pipe"], timeout: 300_000 });
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.stderr.on("data", (part: Buffer) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ok: code === 0, output: Buffer.concat(parts).toString("utf8") }));
  });
}
