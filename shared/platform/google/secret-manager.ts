import type { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { type CallTimeouts, defaultTimeouts, toCallOptions } from "./call-options.ts";
import { crc32c } from "./crc32c.ts";
import { openOnce } from "./open-once.ts";
import { toStatusName, transient } from "./status.ts";
import { toEndpointOptions } from "./to-endpoint-options.ts";

/** A version's number, counted from 1, and its value without surrounding white space. */
export type NumberedSecret = { number: number; value: string };

/** The calls to Secret Manager. Their errors name the secret and the status, and nothing that was sent or received. */
export type SecretManager = {
  /** The version of that number, or that `latest` names; `undefined` when there is none, or it is disabled or destroyed. */
  access(name: string, version?: string): Promise<NumberedSecret | undefined>;
  /** Adds a version and resolves to its number. A secret that is new is created, replicated automatically. */
  add(name: string, value: string): Promise<number>;
  close(): Promise<void>;
};

export type SecretManagerOptions = {
  project: string;
  /** `host:port` of a server that plays Secret Manager, spoken to without encryption. Without it: Google's. */
  endpoint?: string;
  timeouts?: CallTimeouts;
};

export function openSecretManager(options: SecretManagerOptions): SecretManager {
  const { project, endpoint, timeouts = defaultTimeouts } = options;
  const client = openOnce(() => openClient(endpoint));
  const idempotent = toCallOptions(timeouts, transient);
  // A version added twice holds the same value; a deadline that passed is told, because another's version may have come between.
  const once = toCallOptions(timeouts, ["UNAVAILABLE"]);

  async function addVersion(name: string, value: string): Promise<number> {
    const data = Buffer.from(value);
    const [version] = await (await client.get()).addSecretVersion(
      { parent: `projects/${project}/secrets/${name}`, payload: { data, dataCrc32c: crc32c(data) } },
      once,
    );
    return toNumber(version.name);
  }

  async function create(name: string): Promise<void> {
    const secret = { replication: { automatic: {} } };
    const request = { parent: `projects/${project}`, secretId: name, secret };
    try {
      await (await client.get()).createSecret(request, idempotent);
    } catch (error) {
      if (toStatusName(error) !== "ALREADY_EXISTS") throw error;
    }
  }

  return {
    async access(name, version = "latest") {
      try {
        const path = `projects/${project}/secrets/${name}/versions/${version}`;
        const [answer] = await (await client.get()).accessSecretVersion({ name: path }, idempotent);
        return { number: toNumber(answer.name), value: toValue(answer.payload) };
      } catch (error) {
        const status = toStatusName(error);
        if (status === "NOT_FOUND" || status === "FAILED_PRECONDITION") return undefined;
        throw toSecretError("did not give", name, error);
      }
    },
    async add(name, value) {
      try {
        return await addVersion(name, value).catch(async (error) => {
          if (toStatusName(error) !== "NOT_FOUND") throw error;
          await create(name);
          return addVersion(name, value);
        });
      } catch (error) {
        throw toSecretError("did not take", name, error);
      }
    },
    async close() {
      await (await client.opened())?.close();
    },
  };
}

/** Opened here rather than by the first call, which would keep a failure (no token yet) for as long as the client lives. */
async function openClient(endpoint?: string): Promise<SecretManagerServiceClient> {
  const { SecretManagerServiceClient } = await import("@google-cloud/secret-manager");
  const client = new SecretManagerServiceClient(await toEndpointOptions(endpoint));
  await client.initialize();
  return client;
}

type Payload = { data?: Uint8Array | string | null; dataCrc32c?: unknown };

function toValue(payload: Payload | null | undefined): string {
  const data = Buffer.from(payload?.data ?? "");
  const sum = payload?.dataCrc32c;
  if (sum !== undefined && sum !== null && Number(sum) !== crc32c(data)) throw new DamagedSecret();
  return data.toString("utf8").trim();
}

class DamagedSecret extends Error {}

function toNumber(name: string | null | undefined): number {
  return Number(name?.split("/").at(-1));
}

function toSecretError(what: string, name: string, error: unknown): Error {
  const status = error instanceof DamagedSecret ? "damaged on the way" : toStatusName(error);
  return new Error(`Secret Manager ${what} ${name} (${status ?? "no answer"}).`);
}
