import { type Principal, requireAdmin } from "../access/principal.ts";
import type { AllowanceLimits, AllowanceScope } from "../api/allowances.ts";
import { ConeaError } from "../core/conea-error.ts";
import { PreconditionFailed, type ReadSnapshot, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Allowances } from "./allowances.ts";
import { type LimitDocument, limitPath, type Whose } from "./limit-document.ts";

type Deps = Pick<Platform, "documents"> & { allowances: Pick<Allowances, "forget"> };

const mostTries = 10;

/**
 * Sets the limits of a user, a key, a related entity of the administrator's tenant, or of the tenant itself; `undefined` leaves it to
 * conea.yaml again. It holds everywhere within two minutes. Throws `forbidden` and `not_found`.
 */
export async function setLimits(
  { documents, allowances }: Deps,
  principal: Principal,
  { scope, scopeId }: { scope: AllowanceScope; scopeId: string },
  limits: AllowanceLimits | undefined,
): Promise<void> {
  requireAdmin(principal);
  const { tenant } = principal;
  if (scope === "tenant" && scopeId !== tenant) throw new ConeaError("not_found", "There is no such tenant.");
  const whose: Whose = { tenant, scope, scopeId };
  const ofTenant: Whose = { tenant, scope: "tenant", scopeId: tenant };
  for (let tries = 0; tries < mostTries; tries++) {
    const [found, own] = await Promise.all(
      [whose, ofTenant].map((one) => documents.get<LimitDocument>(limitPath(one))),
    );
    const isOwn = scope === "tenant";
    const set = { ...whose, ...(limits && { limits }), ...(isOwn && { scopes: own?.data.scopes ?? [] }) };
    const scopes = [...new Set([...(own?.data.scopes ?? []), scope])];
    const isKnown = isOwn || own?.data.scopes?.includes(scope);
    const writes = [
      toWrite(limitPath(whose), set, found),
      ...(isKnown ? [] : [toWrite(limitPath(ofTenant), { ...ofTenant, ...own?.data, scopes }, own)]),
    ];
    try {
      await documents.commit(writes);
      allowances.forget();
      return;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
  throw new ConeaError("unavailable", "The limits are changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

function toWrite(path: string, data: LimitDocument, found: ReadSnapshot | undefined): Write {
  if (!found) return { op: "create", path, data };
  return { op: "set", path, data, precondition: { updateTime: found.updateTime } };
}

/** What was set for one subject; nothing where conea.yaml alone decides. */
export async function readLimits(
  { documents }: Pick<Platform, "documents">,
  whose: Whose,
): Promise<AllowanceLimits | undefined> {
  return (await documents.get<LimitDocument>(limitPath(whose)))?.data.limits;
}
