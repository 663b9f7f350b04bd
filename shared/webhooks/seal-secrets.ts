import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Platform } from "../platform/platform.ts";
import type { SecretVersion } from "../platform/secrets.ts";

/** The name, in Secrets, of the key that the secrets of endpoints are kept under. */
export const sealingKeyName = "WEBHOOK_ENCRYPTION_KEY";

/** Whose a secret is: sealed for one, it opens for no other. */
export type SecretOwner = { tenant: string; endpointId: string };

export type SecretSeal = {
  /** The secret as a document may hold it. */
  seal(owner: SecretOwner, secret: string): Promise<string>;
  /** Throws for what was not sealed here for this owner, and when its key is gone. */
  open(owner: SecretOwner, sealed: string): Promise<string>;
};

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/**
 * Seals with AES-256-GCM under the current version of the key, which is made when it is first needed; what is sealed names the
 * version, so that a new one can be added at any time. As long as something is sealed under a version, it must not be destroyed.
 */
export function createSecretSeal({ secrets }: Pick<Platform, "secrets">): SecretSeal {
  let adding: Promise<SecretVersion> | undefined;
  /** By version, which never changes: what is sealed under an earlier one is not asked for at every send. */
  const keys = new Map<string, Buffer>();

  // Two processes may each add one: both stay, and what is sealed says under which.
  async function addKey(): Promise<SecretVersion> {
    await secrets.addVersion(sealingKeyName, randomBytes(32).toString("base64"));
    const added = await secrets.getVersion(sealingKeyName);
    if (!added) throw new Error(`${sealingKeyName} is not there after it was added.`);
    return added;
  }

  async function currentKey(): Promise<SecretVersion> {
    const current = await secrets.getVersion(sealingKeyName);
    if (current) return current;
    adding ??= addKey().finally(() => {
      adding = undefined;
    });
    return adding;
  }

  async function readKey(version: string): Promise<Buffer> {
    const key = version === "" ? undefined : await secrets.getVersion(sealingKeyName, version);
    if (key) return toKey(key.value);
    throw new Error(`a sealed secret cannot be opened: its version of ${sealingKeyName} is gone.`);
  }

  return {
    async seal(owner, secret) {
      const { version, value } = await currentKey();
      const iv = randomBytes(ivBytes);
      const box = createCipheriv(cipher, toKey(value), iv, { authTagLength: tagBytes });
      box.setAAD(toAad(owner, version));
      const content = Buffer.concat([iv, box.update(secret, "utf8"), box.final(), box.getAuthTag()]);
      return `v1.${version}.${content.toString("base64url")}`;
    },
    async open(owner, sealed) {
      const [, version = "", content = ""] = /^v1\.(\w+)\.([\w-]+)$/.exec(sealed) ?? [];
      const key = keys.get(version) ?? (await readKey(version));
      keys.set(version, key);
      return unseal(key, toAad(owner, version), Buffer.from(content, "base64url"));
    },
  };
}

function unseal(key: Buffer, aad: Buffer, content: Buffer): string {
  const [tagStart, iv] = [content.length - tagBytes, content.subarray(0, ivBytes)];
  if (tagStart < ivBytes) throw new Error("a sealed secret cannot be opened: it is cut short.");
  const box = createDecipheriv(cipher, key, iv, { authTagLength: tagBytes });
  box.setAAD(aad).setAuthTag(content.subarray(tagStart));
  try {
    return Buffer.concat([box.update(content.subarray(ivBytes, tagStart)), box.final()]).toString("utf8");
  } catch (cause) {
    throw new Error("a sealed secret cannot be opened: it was changed, or belongs to another.", { cause });
  }
}

function toAad({ tenant, endpointId }: SecretOwner, version: string): Buffer {
  return Buffer.from(JSON.stringify(["webhook secret", version, tenant, endpointId]));
}

function toKey(value: string): Buffer {
  const key = Buffer.from(value, "base64");
  if (key.length !== 32) throw new Error(`${sealingKeyName} must be 32 bytes in base64.`);
  return key;
}
