import { z } from "zod";
import { UserName } from "../api/keys.ts";
import { SecretReference } from "./secret-reference.ts";

export const HookScheme = z.enum(["standard", "slack", "shopify", "stripe", "github"]);
export type HookScheme = z.infer<typeof HookScheme>;

/** A sender of hooks: how it signs, with what, and whose tenant its hooks are. */
export const HookConfig = z.strictObject({
  scheme: HookScheme,
  /** Two while one replaces the other: either signs. */
  secret: z.union([SecretReference.transform((name) => [name]), z.array(SecretReference).min(1).max(2)]),
  tenant: UserName.default("main"),
});
export type HookConfig = z.infer<typeof HookConfig>;
