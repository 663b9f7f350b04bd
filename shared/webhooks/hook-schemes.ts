import type { HookScheme } from "../config/hook-config.ts";
import { verifyGithub } from "./hook-github.ts";
import type { VerifyHook } from "./hook-scheme.ts";
import { verifyShopify } from "./hook-shopify.ts";
import { verifySlack } from "./hook-slack.ts";
import { verifyStandard } from "./hook-standard.ts";
import { verifyStripe } from "./hook-stripe.ts";

type Scheme = {
  verify: VerifyHook;
  /** The headers, by the start of their names, that tell more than the body does. */
  keeps: string;
};

export const hookSchemes: Record<HookScheme, Scheme> = {
  standard: { verify: verifyStandard, keeps: "webhook-" },
  slack: { verify: verifySlack, keeps: "x-slack-" },
  shopify: { verify: verifyShopify, keeps: "x-shopify-" },
  stripe: { verify: verifyStripe, keeps: "stripe-" },
  github: { verify: verifyGithub, keeps: "x-github-" },
};
