import { z } from "zod";
import { AllowanceLimits } from "../api/allowances.ts";

const limits = AllowanceLimits.default({});

/** What may be used per period. What is absent is unlimited, and costs nothing. */
export const AllowancesConfig = z.strictObject({
  /** For each user, by the role of the key they come with. */
  roles: z.strictObject({ user: limits, viewer: limits, admin: limits }).prefault({}),
  /** For each key, each related entity, each tenant. */
  key: limits,
  relatedEntity: limits,
  tenant: limits,
  /** For a tenant of that name, measure by measure instead of `tenant`. */
  tenants: z.record(z.string().min(1).max(63), AllowanceLimits).default({}),
  /** Administrators may set limits over HTTP. Where conea.yaml has no `allowances` they may not, and nothing is ever read. */
  overrides: z.boolean().default(true),
  /** In percent: passing one publishes an event, once a period. */
  thresholds: z.array(z.int().min(1).max(100)).max(10).default([50, 80, 100]),
  /** Of a model whose price is not known, where money is bounded. */
  unknownPrice: z.enum(["refuse", "allow"]).default("refuse"),
});
export type AllowancesConfig = z.infer<typeof AllowancesConfig>;
