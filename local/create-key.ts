import { parseArgs } from "node:util";
import { createKey } from "../shared/access/keys.ts";
import { UserName } from "../shared/api/keys.ts";
import { openFirestoreDocuments } from "../shared/platform/google/documents.ts";
import { systemClock } from "../shared/platform/system-clock.ts";

const usage = `npm run create-key: makes an administrator's key in an environment on Google Cloud, and prints it.

The first key of an environment comes from here; further ones from POST /v1/keys. What is stored is the key's hash: what
is printed is the only place it appears.

npm run --silent create-key -- --project ID [--tenant NAME] [--user NAME] [--database NAME]
  --project ID      the environment's project
  --tenant NAME     main           --user NAME  admin
  --database NAME   (default)

Whoever runs it needs to write to Firestore: gcloud auth application-default login.`;

type Options = { project: string; tenant: string; user: string; database: string };

function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean" },
      project: { type: "string" },
      tenant: { type: "string", default: "main" },
      user: { type: "string", default: "admin" },
      database: { type: "string", default: "(default)" },
    },
  });
  if (values.help) return undefined;
  const { project, ...others } = values;
  if (!project) throw new Error("--project is missing.");
  for (const name of ["tenant", "user"] as const) requireName(name, others[name]);
  return { project, ...others };
}

function requireName(option: string, value: string): void {
  const parsed = UserName.safeParse(value);
  if (!parsed.success) throw new Error(`--${option} ${parsed.error.issues[0]?.message}.`);
}

async function createAdminKey({ project, tenant, user, database }: Options): Promise<string> {
  // Somebody's own credentials name no project that pays for the call.
  process.env.GOOGLE_CLOUD_QUOTA_PROJECT ??= project;
  const endpoint = process.env.FIRESTORE_EMULATOR_HOST;
  const documents = openFirestoreDocuments({ project, database, ...(endpoint && { endpoint }) });
  const operator = { tenant, user: "operator", role: "admin" } as const;
  try {
    const { key } = await createKey({ documents, clock: systemClock }, operator, { user, role: "admin" });
    return key;
  } finally {
    await documents.close();
  }
}

async function main(args: string[]): Promise<number> {
  let options: Options | undefined;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${toSentence(error)}\n\n${usage}`);
    return 2;
  }
  try {
    console.log(options ? await createAdminKey(options) : usage);
    return 0;
  } catch (error) {
    console.error(toSentence(error));
    return 1;
  }
}

function toSentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
