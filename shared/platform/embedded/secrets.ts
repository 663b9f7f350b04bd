import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { type Clock, toTime } from "../../core/clock.ts";
import { checkSecretName, checkSecretVersion, environmentVersion } from "../secret-name.ts";
import type { Secrets, SecretVersion } from "../secrets.ts";
import { isMissing } from "./is-missing.ts";

/** What `secrets.json` holds: each secret's versions, the current one last. */
const Kept = z.record(
  z.string(),
  z.object({ versions: z.array(z.object({ value: z.string(), addedAt: z.string() })).min(1) }),
);
type Kept = z.infer<typeof Kept>;

export type EmbeddedSecretsOptions = {
  /** Looked at first: what an operator sets there holds. An empty variable counts as none. */
  environment: Record<string, string | undefined>;
  /** Where added versions are kept, readable by its owner only. Without it they live in memory. */
  file?: string;
  clock: Clock;
};

/** Rejects to add a version to a secret that the environment sets, because it would not become the current one. */
export function createEmbeddedSecrets({ environment, file, clock }: EmbeddedSecretsOptions): Secrets {
  const keep = file === undefined ? createMemoryKeep() : createFileKeep(file);
  let lastChange: Promise<void> = Promise.resolve();

  const findSet = (name: string) =>
    (Object.hasOwn(environment, name) ? environment[name]?.trim() : undefined) || undefined;

  async function add(name: string, value: string): Promise<void> {
    const kept = await keep.read();
    const versions = Object.hasOwn(kept, name) ? (kept[name]?.versions ?? []) : [];
    const version = { value, addedAt: toTime(clock.now()) };
    await keep.write({ ...kept, [name]: { versions: [...versions, version] } });
  }

  async function find(name: string, version?: string): Promise<SecretVersion | undefined> {
    const set = findSet(name);
    const isSetMeant = version === environmentVersion || version === undefined;
    if (set !== undefined && isSetMeant) return { version: environmentVersion, value: set };
    const kept = await keep.read();
    const versions = Object.hasOwn(kept, name) ? (kept[name]?.versions ?? []) : [];
    const number = version === undefined ? versions.length : Number(version);
    const found = versions[number - 1];
    return found && { version: String(number), value: found.value.trim() };
  }

  return {
    async get(name) {
      checkSecretName(name);
      return findSet(name) ?? (await find(name))?.value;
    },
    async getVersion(name, version) {
      checkSecretName(name);
      if (version !== undefined) checkSecretVersion(version);
      return find(name, version);
    },
    addVersion(name, value) {
      const change = lastChange.then(async () => {
        checkSecretName(name);
        if (findSet(name) !== undefined)
          throw new Error(`${name} is set in the environment, which comes first. Change it there.`);
        await add(name, value);
      });
      lastChange = change.catch(() => undefined);
      return change;
    },
  };
}

type Keep = { read(): Promise<Kept>; write(kept: Kept): Promise<void> };

function createMemoryKeep(): Keep {
  let current: Kept = {};
  return {
    read: async () => current,
    write: async (kept) => {
      current = kept;
    },
  };
}

/** Read each time, so that a change by hand is seen; it is asked for rarely. */
function createFileKeep(path: string): Keep {
  return {
    async read() {
      try {
        return parseKept(path, await readFile(path, "utf8"));
      } catch (error) {
        if (isMissing(error)) return {};
        throw error;
      }
    },
    async write(kept) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await replaceFile(path, `${JSON.stringify(kept, null, 2)}\n`);
    },
  };
}

/** What is wrong is not said more exactly: parsers quote what they read. */
function parseKept(path: string, text: string): Kept {
  const parsed = Kept.safeParse(tryParse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`The file ${path} does not hold secrets. Correct it, or move it away.`);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  try {
    const file = await open(partial, "wx", 0o600);
    await file.writeFile(text).finally(() => file.close());
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
