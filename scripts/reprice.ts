import { parseArgs } from "node:util";
import { toTarget } from "./ask-conea.ts";
import { repriceAll, toReport } from "./reprice-all.ts";

const usage = `npm run reprice: prices a past period anew, after a price was set or corrected.

Looks at the attempts that started in the period, of tasks of all tenants that have ended, and prices them by what is known
now. Without --apply it only prints the difference. It may be interrupted and run again: what is right stays as it is.
Afterwards the rollups of the period are to be repaired by their own command.

  npm run reprice -- --from 2026-10-01 --to 2026-11-01 [--provider openai] [--model gpt-5.5] [--apply]

  --from, --to   a day (from midnight UTC) or a time, RFC 3339; what starts at --to is not in
  --cursor       go on where a run was interrupted, which it told

CONEA_URL       where Conea is      (http://127.0.0.1:8080)
CONEA_API_KEY   an administrator's  (local-dev-key)`;

const options = {
  from: { type: "string" },
  to: { type: "string" },
  provider: { type: "string" },
  model: { type: "string" },
  cursor: { type: "string" },
  apply: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

async function main(args: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const { help, apply, from, to, ...only } = parseArgs({ args, options }).values;
  if (help) return usage;
  const period = { from: toTime("--from", from), to: toTime("--to", to) };
  return toReport(await repriceAll(toTarget(environment), { ...period, ...only, apply }), apply);
}

function toTime(name: string, text: string | undefined): string {
  const at = Date.parse(text ?? "");
  if (Number.isNaN(at)) throw new Error(`${name} must be a day or a time.\n\n${usage}`);
  return new Date(at).toISOString();
}

try {
  console.log(await main(process.argv.slice(2), process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
