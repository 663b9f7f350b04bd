import { parseArgs } from "node:util";
import type { Dimensions } from "../shared/analytics/cell.ts";
import type { Expected } from "../shared/analytics/expected-minutes.ts";
import { toNext, toStart } from "../shared/analytics/period.ts";
import type { Range } from "../shared/analytics/read-rollups.ts";
import { type Repaired, repairUsage } from "../shared/analytics/repair-usage.ts";
import { usageShards } from "../shared/analytics/usage-shards.ts";
import { type Difference, verifyUsage } from "../shared/analytics/verify-usage.ts";
import { createProcessLog } from "../shared/config/create-process-log.ts";
import { readConfigFile } from "../shared/config/read-config-file.ts";
import { readSettings } from "../shared/config/settings.ts";
import type { Log } from "../shared/core/log.ts";
import { openEmbeddedPlatform } from "../shared/platform/embedded/open-embedded-platform.ts";
import { openFirestoreDocuments } from "../shared/platform/google/documents.ts";
import { systemClock } from "../shared/platform/system-clock.ts";

const usage = `npm run usage: holds what was counted against the tasks of the store.

npm run usage -- verify --from TIME --to TIME   print every figure that differs, by hour and by whose it is
npm run usage -- repair --from TIME --to TIME   count the hours that differ anew, and all that is made of them

Times are RFC 3339, such as 2026-11-01T00:00:00Z or 2026-11-01; they are rounded outwards to whole hours, in UTC. Every task
that ended since --from is read, deleted ones too, so a day at a time is best. An hour in which a task's events or attempts are
no longer in its document is left alone unless --force is given: there the count may know more than the store.

  --force           repair those hours too
  --project ID      an environment on Google Cloud: gcloud auth application-default login
  --database NAME   (default)

Without --project it opens the data folder that npm start uses, which no running Conea may have open. It ends with 1 where
something differs or was left alone, and with 2 where it was called wrongly.`;

type Options = {
  command: "verify" | "repair";
  range: Range;
  force: boolean;
  project: string | undefined;
  database: string;
};

/** A mistake of whoever calls. */
class Misuse extends Error {}

function readOptions(args: string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: "boolean" },
      from: { type: "string" },
      to: { type: "string" },
      force: { type: "boolean", default: false },
      project: { type: "string" },
      database: { type: "string", default: "(default)" },
    },
  });
  if (values.help) return undefined;
  const [command, ...others] = positionals;
  if ((command !== "verify" && command !== "repair") || others.length > 0)
    throw new Misuse("Say what to do: verify or repair.");
  const from = toStart("hour", readTime("from", values.from));
  const to = toHourAfter(readTime("to", values.to));
  if (from >= to) throw new Misuse("--from must be before --to.");
  const { force, project, database } = values;
  return { command, range: { from, to }, force, project, database };
}

function readTime(name: string, text: string | undefined): number {
  const time = Date.parse(text ?? "");
  if (text === undefined || Number.isNaN(time))
    throw new Misuse(`--${name} must be a time, such as 2026-11-01.`);
  return time;
}

function toHourAfter(time: number): string {
  const hour = toStart("hour", time);
  return Date.parse(hour) === time ? hour : toNext("hour", hour);
}

async function run({ command, range, force, ...where }: Options): Promise<number> {
  const settings = readSettings(process.env);
  const log = createProcessLog(settings, process.stderr);
  const { documents, shards, close } = await openStore(where, settings.dataDir, log);
  const config = await readConfigFile(settings.configPath);
  const deps = { documents, config, clock: systemClock, log };
  const onTask = (tasks: number) => console.error(`${tasks} tasks read`);
  try {
    if (command === "repair")
      return tellRepaired(range, await repairUsage(deps, range, { shards, force, onTask }));
    const { expected, differences } = await verifyUsage(deps, range, onTask);
    console.log(toReport(range, expected, differences).join("\n"));
    return differences.length > 0 ? 1 : 0;
  } finally {
    await close();
  }
}

async function openStore(
  { project, database }: Pick<Options, "project" | "database">,
  dataDir: string,
  log: Log,
) {
  if (project !== undefined) {
    // Somebody's own credentials name no project that pays for the call.
    process.env.GOOGLE_CLOUD_QUOTA_PROJECT ??= project;
    const endpoint = process.env.FIRESTORE_EMULATOR_HOST;
    const documents = openFirestoreDocuments({ project, database, ...(endpoint && { endpoint }) });
    return { documents, shards: usageShards.google, close: () => documents.close() };
  }
  const { platform, close } = await openEmbeddedPlatform({
    ...{ dataDir, environment: {}, baseUrl: () => "http://127.0.0.1", log },
    // No task is run here.
    deliverWake: async () => undefined,
  });
  return { documents: platform.documents, shards: usageShards.embedded, close };
}

function tellRepaired(range: Range, { expected, differences, hours, left }: Repaired): number {
  const done = [
    `${hours.length} hours counted anew.`,
    ...[...left].map(([hour, reason]) => `${hour} left alone: ${reason}.`),
  ];
  console.log([...toReport(range, expected, differences), ...done].join("\n"));
  return left.size > 0 ? 1 : 0;
}

function toLine({ hour, cell, name, rollup, store, isUncertain }: Difference): string {
  const uncertain = isUncertain ? "  (the store no longer shows all of this hour)" : "";
  return `${hour}  ${toWhose(cell)}  ${name}: counted ${rollup}, store ${store}${uncertain}`;
}

function toWhose({ tenant, user, key, provider, model, type }: Dimensions): string {
  return [tenant, user, key ?? "-", provider ?? "-", model ?? "-", type].join(" / ");
}

function toReport({ from, to }: Range, expected: Expected, differences: Difference[]): string[] {
  const { tasks, notShown, untold } = expected;
  const hours = new Set(differences.map(({ hour }) => hour)).size;
  const [example = ""] = notShown.values();
  const report = [
    ...differences.map(toLine),
    `${from} to ${to}: ${tasks} tasks, ${differences.length} figures differ in ${hours} hours.`,
  ];
  if (notShown.size > 0)
    report.push(
      `In ${notShown.size} hours tasks had more events or attempts than they remember, such as ${example}.`,
    );
  if (untold.attempts > 0)
    report.push(
      `${untold.attempts} calls of tasks that have ended are told of by no event: ${untold.micros} micro-dollars that are counted nowhere.`,
    );
  return report;
}

async function main(args: string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options) return await run(options);
    console.log(usage);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof Misuse || isParseError(error) ? 2 : 1;
  }
}

function isParseError(error: unknown): boolean {
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

process.exitCode = await main(process.argv.slice(2));
