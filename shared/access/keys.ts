import { createHash, randomBytes } from "node:crypto";
import type { CreatedKey, CreateKey, Key, Role } from "../api/keys.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import { PreconditionFailed, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Principal } from "./principal.ts";

/** `keys/{hash of the key}`: the key itself is nowhere. */
export type KeyDocument = {
  id: string;
  tenant: string;
  user: string;
  role: Role;
  name?: string;
  createdAt: string;
  createdBy: string;
};

const keyPattern = /^ck_[A-Za-z0-9_-]{43}$/;

/** Keys carry 256 random bits, so a plain hash cannot be searched; a slow one would only slow every request. */
function keyPath(key: string): string {
  return `keys/${createHash("sha256").update(key).digest("hex")}`;
}

/**
 * Makes a key for a user of the caller's tenant. What it resolves to is the only place the key appears, so a repeated
 * Idempotency-Key cannot be answered again: it throws `conflict`, and makes no second key.
 */
export async function createKey(
  { documents, clock }: Pick<Platform, "documents" | "clock">,
  principal: Principal,
  { user, role, name }: CreateKey,
  idempotencyKey?: string,
): Promise<CreatedKey> {
  const key = `ck_${randomBytes(32).toString("base64url")}`;
  const shown: Key = {
    id: idFrom("key", key),
    user,
    role,
    ...(name && { name }),
    createdAt: toTime(clock.now()),
    createdBy: principal.user,
  };
  const { tenant } = principal;
  const writes: Write[] = [
    { op: "create", path: keyPath(key), data: { ...shown, tenant } satisfies KeyDocument },
  ];
  if (idempotencyKey !== undefined) {
    const path = `keyRequests/${idFrom("request", tenant, idempotencyKey)}`;
    writes.push({ op: "create", path, data: { tenant, keyId: shown.id } });
  }
  await commitNew(documents, writes);
  return { ...shown, key };
}

async function commitNew(documents: Platform["documents"], writes: Write[]): Promise<void> {
  try {
    await documents.commit(writes);
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
    throw new ConeaError(
      "conflict",
      "A key was created with this Idempotency-Key, and shown then; revoke it if it was lost, and create another.",
    );
  }
}

/** All keys of the tenant, oldest first. */
export async function listKeys(
  { documents }: Pick<Platform, "documents">,
  { tenant }: Principal,
): Promise<Key[]> {
  const found = await documents.query<KeyDocument>({
    collection: "keys",
    where: [["tenant", "==", tenant]],
    orderBy: [["createdAt", "asc"]],
  });
  return found.map(({ data: { tenant: _, ...key } }) => key);
}

/** Takes effect everywhere within the minute that a key may be remembered. Throws `not_found`. */
export async function revokeKey(
  { documents }: Pick<Platform, "documents">,
  { tenant }: Principal,
  id: string,
): Promise<void> {
  const found = await documents.query({
    collection: "keys",
    where: [
      ["tenant", "==", tenant],
      ["id", "==", id],
    ],
  });
  if (found.length === 0) throw new ConeaError("not_found", "There is no such key.");
  await documents.commit(found.map(({ path }) => ({ op: "delete", path })));
}

/** Whom a key belongs to; `undefined` when it is no key, or none that is valid. */
export async function findKey(
  { documents }: Pick<Platform, "documents">,
  key: string,
): Promise<Principal | undefined> {
  if (!keyPattern.test(key)) return undefined;
  const snapshot = await documents.get<KeyDocument>(keyPath(key));
  if (!snapshot) return undefined;
  const { tenant, user, role, id: keyId } = snapshot.data;
  return { tenant, user, role, keyId };
}
