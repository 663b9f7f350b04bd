import { z } from "zod";
import { type AlertOverride, AlertRule } from "../api/alerts.ts";
import shipped from "./alert-rules.json" with { type: "json" };

/** The rules that Conea ships. Terraform reads the same file. */
export const shippedRules: readonly AlertRule[] = z.array(AlertRule).parse(shipped);

export const ruleIds = shippedRules.map(({ id }) => id);

/** The rules in force: those that are shipped, with what conea.yaml changes of them. */
export function readRules(overrides: Readonly<Record<string, AlertOverride>> = {}): AlertRule[] {
  return shippedRules.flatMap((rule) => {
    const { disabled = false, ...changes } = Object.hasOwn(overrides, rule.id)
      ? (overrides[rule.id] ?? {})
      : {};
    return disabled ? [] : [{ ...rule, ...changes }];
  });
}
