import type { AllowanceLimits, AllowanceScope } from "../api/allowances.ts";
import type { AllowancesConfig } from "../config/allowances-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { Subject } from "./allowances.ts";
import { isBounding } from "./is-bounding.ts";
import { type Limit, toLimits, withBoth, withOverride } from "./limit.ts";
import { type LimitDocument, limitPath, type Whose } from "./limit-document.ts";

/** How long a process believes what was set. */
const believedMs = 30_000;
const mostKnown = 10_000;

/** A limit, and whose. */
export type HeldLimit = Limit &
  Whose & {
    /** When it was set (a write time); empty where only conea.yaml says it. */
    version: string;
  };

export type LimitBook = {
  /** All limits of a subject: those of its user, key, tenant and related entity. */
  of(subject: Subject): Promise<HeldLimit[]>;
  /** Whether nobody of the tenant is known to have any. */
  isFree(tenant: string): boolean;
  /** Has the next look read anew: this process, or another, has changed them. */
  forget(): void;
};

type Known = { limits?: AllowanceLimits; scopes: AllowanceScope[]; version: string; until: number };

const nothingSet: Known = { scopes: [], version: "", until: Number.POSITIVE_INFINITY };

/** What conea.yaml says of limits, and what administrators have set, as one. Where neither says anything, there is none. */
export function createLimitBook({
  documents,
  clock,
  config,
  log,
}: Pick<Platform, "documents" | "clock"> & { config: AllowancesConfig; log: Log }): LimitBook {
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<Known>>();
  const isBoundByConfig = isBounding({ ...config, overrides: false });

  /** What is believed of it. */
  function peek(whose: Whose): Known | undefined {
    if (!config.overrides) return nothingSet;
    const found = known.get(toName(whose));
    return found && clock.elapsed() < found.until ? found : undefined;
  }

  async function find(whose: Whose): Promise<Known> {
    const name = toName(whose);
    const found = known.get(name);
    // All who ask at once share one look.
    const look = reading.get(name) ?? readAgain(whose, found).finally(() => reading.delete(name));
    reading.set(name, look);
    return look;
  }

  async function readAgain(whose: Whose, found: Known | undefined): Promise<Known> {
    try {
      const snapshot = await documents.get<LimitDocument>(limitPath(whose));
      return keep(toName(whose), {
        ...(snapshot?.data.limits && { limits: snapshot.data.limits }),
        scopes: snapshot?.data.scopes ?? [],
        version: snapshot?.updateTime ?? "",
        until: clock.elapsed() + believedMs,
      });
    } catch (error) {
      log.warn("the limits of allowances could not be read", toErrorField(error));
      // What was known serves better than nothing; where nothing was, nothing may be spent.
      if (found) return found;
      throw new ConeaError("unavailable", "The limits that hold for you could not be read; try again.", {
        cause: error,
        headers: { "Retry-After": "1" },
      });
    }
  }

  function keep(name: string, entry: Known): Known {
    known.delete(name);
    known.set(name, entry);
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
    return entry;
  }

  const toWhole = (tenant: string) => ({ tenant, scope: "tenant" as const, scopeId: tenant });
  const saysNothing = ({ limits, scopes }: Known) => !isBoundByConfig && !limits && scopes.length === 0;

  return {
    isFree(tenant) {
      const own = peek(toWhole(tenant));
      return own !== undefined && saysNothing(own);
    },
    async of(subject) {
      const { tenant } = subject;
      const whole = toWhole(tenant);
      const own = peek(whole) ?? (await find(whole));
      if (saysNothing(own)) return [];
      const others = toWhose(subject).map(async (whose) => {
        const set = own.scopes.includes(whose.scope) ? (peek(whose) ?? (await find(whose))) : undefined;
        const limits = withOverride(toGeneral(config, whose.scope, subject), set?.limits);
        return limits.map((limit) => ({ ...limit, ...whose, version: set?.version ?? "" }));
      });
      const ofTenant = withBoth(toLimits(toTenants(config, tenant)), toLimits(own.limits ?? {}));
      const { version } = own;
      return [
        ...(await Promise.all(others)).flat(),
        ...ofTenant.map((limit) => ({ ...limit, ...whole, version })),
      ];
    },
    forget() {
      known.clear();
    },
  };
}

/** What tells subjects apart in this process: their path is a hash, which is not made for every look. */
function toName({ tenant, scope, scopeId }: Whose): string {
  return `${scope} ${tenant.length} ${tenant} ${scopeId}`;
}

function toWhose({ tenant, user, keyId, relatedEntity }: Subject): Whose[] {
  return [
    { tenant, scope: "user", scopeId: user },
    ...(keyId === undefined ? [] : [{ tenant, scope: "key" as const, scopeId: keyId }]),
    ...(relatedEntity === undefined
      ? []
      : [{ tenant, scope: "relatedEntity" as const, scopeId: relatedEntity }]),
  ];
}

function toGeneral(config: AllowancesConfig, scope: AllowanceScope, { role }: Subject): AllowanceLimits {
  if (scope === "user") return config.roles[role];
  return scope === "key" ? config.key : config.relatedEntity;
}

function toTenants({ tenant: all, tenants }: AllowancesConfig, tenant: string): AllowanceLimits {
  return Object.hasOwn(tenants, tenant) ? { ...all, ...tenants[tenant] } : all;
}
