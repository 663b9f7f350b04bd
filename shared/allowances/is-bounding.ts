import type { AllowancesConfig } from "../config/allowances-config.ts";

/** Whether anything may be bounded: by conea.yaml, or by administrators where it lets them. */
export function isBounding(config: AllowancesConfig): boolean {
  const { overrides, roles, key, relatedEntity, tenant, tenants } = config;
  const limits = [...Object.values(roles), key, relatedEntity, tenant, ...Object.values(tenants)];
  return overrides || limits.some((one) => Object.keys(one).length > 0);
}
