import { z } from "zod";
import { Severity } from "./events.ts";

const time = z.iso.datetime();

export const AlertState = z.enum(["pending", "firing", "resolved"]).meta({
  id: "AlertState",
  description:
    "`pending`: above the threshold, not yet for long enough, or silent since it fired a short time ago.",
});
export type AlertState = z.infer<typeof AlertState>;

export const Alert = z
  .object({
    id: z.string(),
    rule: z.string(),
    title: z.string(),
    advice: z.string(),
    severity: Severity,
    state: AlertState,
    /** A queue, a provider, a tenant; of a grouped rule all of them. */
    subject: z.string().optional(),
    value: z.number(),
    threshold: z.number(),
    /** Since when the value has been above the threshold. */
    since: time,
    firedAt: time.optional(),
    acknowledgedAt: time.optional(),
    acknowledgedBy: z.string().optional(),
    resolvedAt: time.optional(),
  })
  .meta({ id: "Alert" });
export type Alert = z.infer<typeof Alert>;

export const ListAlerts = z.strictObject({
  state: AlertState.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});
export type ListAlerts = z.infer<typeof ListAlerts>;

export const AlertPage = z
  .object({ items: z.array(Alert), nextCursor: z.string().optional() })
  .meta({ id: "AlertPage", description: "The one that changed last first." });
export type AlertPage = z.infer<typeof AlertPage>;

export const alertMeasures = [
  "queueLength",
  "oldestWaitSeconds",
  "timeoutPercent",
  "errorPercent",
  "breakerOpen",
  "budgetPercent",
  "concurrencyPercent",
  "unknownPrices",
  "deadLetters",
] as const;

const minutes = z.int().min(0).max(43_200);

/** A rule, as the rule file writes it. */
export const AlertRule = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
    title: z.string().min(1).max(100),
    /** What whoever is woken does first. */
    advice: z.string().min(1).max(500),
    measure: z.enum(alertMeasures),
    above: z.number().min(0),
    severity: Severity,
    /** How long the value must have been above before it is told. */
    forMinutes: minutes,
    /** How long after it was told it is not told again. */
    coolDownMinutes: minutes,
    /** Of a measure of what has happened: in the last so many minutes. */
    windowMinutes: z.int().min(1).max(1_440).optional(),
    /** Of a percentage: of at least so many calls. */
    atLeast: z.int().min(1).optional(),
    /** One alert for all subjects, instead of one for each. */
    group: z.boolean().optional(),
  })
  .meta({ id: "AlertRule" });
export type AlertRule = z.infer<typeof AlertRule>;

/** What conea.yaml changes of a rule. */
export const AlertOverride = AlertRule.pick({
  above: true,
  severity: true,
  forMinutes: true,
  coolDownMinutes: true,
  windowMinutes: true,
  atLeast: true,
  group: true,
})
  .partial()
  .extend({ disabled: z.boolean().optional() })
  .strict();
export type AlertOverride = z.infer<typeof AlertOverride>;

export const AlertRules = z.object({ items: z.array(AlertRule) }).meta({ id: "AlertRules" });
export type AlertRules = z.infer<typeof AlertRules>;
