import type { Clock } from "../../core/clock.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import { checkSecretName, checkSecretVersion, environmentVersion } from "../secret-name.ts";
import type { Secrets, SecretVersion } from "../secrets.ts";
import { type NumberedSecret, openSecretManager, type SecretManagerOptions } from "./secret-manager.ts";

export type SecretManagerSecretsOptions = SecretManagerOptions & { clock: Clock; log: Log };

export type SecretManagerSecrets = Secrets & {
  /** Closes the connection, if there is one. */
  close(): Promise<void>;
};

/** A version younger than this is given without asking. */
const freshMs = 30_000;
/** One younger than this is given while it is asked for anew; an older one waits for the answer. */
const usableMs = 55_000;
/** After asking in vain, the last known version is given this long without asking again. */
const pauseMs = 10_000;
/** `latest` may name an older version this long after one was added. */
const settleMs = 300_000;

/** What is known of one secret. */
type Known = {
  version: NumberedSecret | undefined;
  /** When the question was asked whose answer this is. */
  askedAt: number;
  /** When it was last asked in vain. */
  failedAt?: number;
  /** When this process added it. */
  addedAt?: number;
};

/**
 * Secrets on Secret Manager. A version that is added elsewhere is given within a minute. While Secret Manager does not
 * answer, the last known version is given, and a warning logged. The client is loaded and opened by the first call.
 */
export function openSecretManagerSecrets(options: SecretManagerSecretsOptions): SecretManagerSecrets {
  const { clock, log } = options;
  const manager = openSecretManager(options);
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<Known>>();

  /** Whether `at` is less than `ms` ago. A clock that was set back makes nothing younger. */
  function isWithin(ms: number, at: number | undefined): boolean {
    const agoMs = clock.now() - (at ?? Number.NEGATIVE_INFINITY);
    return agoMs >= 0 && agoMs < ms;
  }

  /** What was added here outlives an answer that does not know of it yet. */
  function keep(name: string, next: Known): Known {
    const old = known.get(name);
    const isBehind = (next.version?.number ?? 0) < (old?.version?.number ?? 0);
    const kept =
      old && isBehind && isWithin(settleMs, old.addedAt) ? { ...old, askedAt: next.askedAt } : next;
    known.set(name, kept);
    return kept;
  }

  async function askNow(name: string): Promise<Known> {
    const askedAt = clock.now();
    try {
      return keep(name, { version: await manager.access(name), askedAt });
    } catch (error) {
      const old = known.get(name);
      if (!old) throw error;
      log.warn("a secret could not be read anew, and its last known version is used", toErrorField(error));
      const kept = { ...old, failedAt: clock.now() };
      known.set(name, kept);
      return kept;
    }
  }

  /** Asks once for all who want to know at the same time. */
  function ask(name: string): Promise<Known> {
    const asked = asking.get(name) ?? askNow(name).finally(() => asking.delete(name));
    asking.set(name, asked);
    return asked;
  }

  async function find(name: string): Promise<Known> {
    const now = known.get(name);
    if (!now) return ask(name);
    if (isWithin(freshMs, now.askedAt) || isWithin(pauseMs, now.failedAt)) return now;
    const asked = ask(name);
    return isWithin(usableMs, now.askedAt) ? now : asked;
  }

  return {
    async get(name) {
      checkSecretName(name);
      return (await find(name)).version?.value;
    },
    async getVersion(name, version) {
      checkSecretName(name);
      if (version === undefined) return toVersion((await find(name)).version);
      checkSecretVersion(version);
      if (version === environmentVersion) return undefined;
      const current = known.get(name)?.version;
      if (current && String(current.number) === version) return toVersion(current);
      return toVersion(await manager.access(name, version));
    },
    async addVersion(name, value) {
      checkSecretName(name);
      const number = await manager.add(name, value);
      const at = clock.now();
      keep(name, { version: { number, value: value.trim() }, askedAt: at, addedAt: at });
    },
    close: () => manager.close(),
  };
}

function toVersion(secret: NumberedSecret | undefined): SecretVersion | undefined {
  return secret && { version: String(secret.number), value: secret.value };
}
