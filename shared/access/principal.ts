import type { Role } from "../api/keys.ts";
import { ConeaError } from "../core/conea-error.ts";

/** `keyId`: of the key that the request came with. */
export type Principal = { tenant: string; user: string; role: Role; keyId?: string };

type Owned = { tenant: string; createdBy: string };

/** Another tenant's document does not exist for the caller, nor does another user's for a user. */
export function canRead({ tenant, user, role }: Principal, document: Owned): boolean {
  return document.tenant === tenant && (role !== "user" || document.createdBy === user);
}

/** Whose documents a list shows: `undefined` for all of the tenant. */
export function ownerFilter({ user, role }: Principal): string | undefined {
  return role === "user" ? user : undefined;
}

/** Throws `forbidden` for a viewer. */
export function requireWriter({ role }: Principal): void {
  if (role === "viewer")
    throw new ConeaError("forbidden", "A key with the role viewer only reads; use one of a user.");
}

/** Throws `forbidden` for anybody but an administrator. */
export function requireAdmin({ role }: Principal): void {
  if (role !== "admin") throw new ConeaError("forbidden", "Only a key with the role admin may do this.");
}
