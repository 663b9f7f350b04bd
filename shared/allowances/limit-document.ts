import type { AllowanceLimits, AllowanceScope } from "../api/allowances.ts";
import { idFrom } from "../core/ids.ts";
import type { DocumentPath } from "../platform/documents.ts";

/**
 * `allowanceLimits/{id}`: what administrators have set for one subject. That of the tenant itself says for which scopes there is
 * any, so that where none was set nothing more is read. Never deleted: its write time says which of two limits is the later.
 */
export type LimitDocument = {
  tenant: string;
  scope: AllowanceScope;
  scopeId: string;
  limits?: AllowanceLimits;
  /** Of the tenant's own: the scopes of which something was ever set. */
  scopes?: AllowanceScope[];
};

export type Whose = Pick<LimitDocument, "tenant" | "scope" | "scopeId">;

export function limitPath({ tenant, scope, scopeId }: Whose): DocumentPath {
  return `allowanceLimits/${idFrom("limit", tenant, scope, scopeId)}`;
}
