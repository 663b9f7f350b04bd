import type { Principal } from "../access/principal.ts";
import type { Allowances, Subject } from "../allowances/allowances.ts";
import { readLimits, setLimits } from "../allowances/set-limits.ts";
import { AllowanceScope, type AllowanceState, type AllowanceSubject } from "../api/allowances.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import type { Handlers } from "./create-app.ts";

export type AllowanceHandlerDeps = Pick<Platform, "documents"> & {
  allowances: Pick<Allowances, "read" | "forget">;
  config: ConeaConfig;
};

type AllowanceOperation = "listAllowances" | "getAllowance" | "setAllowance" | "resetAllowance";

export function createAllowanceHandlers(deps: AllowanceHandlerDeps): Pick<Handlers, AllowanceOperation> {
  const show = async (principal: Principal, whose: Named): Promise<Response> => {
    const { tenant } = principal;
    const subject = toSubject(principal, whose);
    const limits = await readLimits(deps, { tenant, ...whose });
    const allowances = (await deps.allowances.read(subject)).filter((one) => isOf(one, whose));
    const role = whose.scope === "user" ? { role: subject.role } : {};
    return Response.json({
      ...{ ...whose, ...role, ...(limits && { limits }), allowances },
    } satisfies AllowanceSubject);
  };
  return {
    async listAllowances({ principal, query: { relatedEntity } }) {
      const { tenant, user, role, keyId } = principal;
      const own = { tenant, user, role, ...(keyId && { keyId }), ...(relatedEntity && { relatedEntity }) };
      return Response.json({ items: await deps.allowances.read(own) });
    },
    async getAllowance({ principal, params }) {
      const whose = toNamed(params);
      if (!maySee(principal, whose))
        throw new ConeaError("not_found", "There is no such allowance of yours.");
      return show(principal, whose);
    },
    async setAllowance({ principal, params, body }) {
      if (!deps.config.allowances.overrides)
        throw new ConeaError(
          "conflict",
          "conea.yaml has no allowances, so none is looked for; write allowances: { overrides: true } there first.",
        );
      await setLimits(deps, principal, toNamed(params), body);
      return show(principal, toNamed(params));
    },
    async resetAllowance({ principal, params }) {
      await setLimits(deps, principal, toNamed(params), undefined);
      return new Response(null, { status: 204 });
    },
  };
}

/** As principals, keys and entities are called. */
const visible = /^[^\p{C}]{1,200}$/u;

type Named = Pick<AllowanceSubject, "scope" | "scopeId">;

function toNamed({ scope, scopeId = "" }: Record<string, string>): Named {
  const known = AllowanceScope.safeParse(scope);
  if (!known.success || !visible.test(scopeId))
    throw new ConeaError("not_found", "Allowances are of a user, key, tenant or relatedEntity.");
  return { scope: known.data, scopeId };
}

/** Another user counts with the role that most have: what conea.yaml says of each role is not kept by user. */
function toSubject({ tenant, user, role }: Principal, { scope, scopeId }: Named): Subject {
  const isSelf = scope === "user" && scopeId === user;
  return {
    tenant,
    user: scope === "user" ? scopeId : user,
    role: isSelf ? role : "user",
    ...(scope === "key" && { keyId: scopeId }),
    ...(scope === "relatedEntity" && { relatedEntity: scopeId }),
  };
}

function isOf(state: AllowanceState, { scope, scopeId }: Named): boolean {
  return state.scope === scope && state.scopeId === scopeId;
}

/** Users see their own alone, nobody another tenant's. */
function maySee(principal: Principal, whose: Named): boolean {
  return isOwn(principal, whose) || (principal.role !== "user" && whose.scope !== "tenant");
}

function isOwn({ tenant, user, keyId }: Principal, { scope, scopeId }: Named): boolean {
  return { user, key: keyId, tenant, relatedEntity: scopeId }[scope] === scopeId;
}
