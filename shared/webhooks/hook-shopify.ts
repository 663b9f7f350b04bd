import { isHmac, refused, toGenuine, type VerifyHook } from "./hook-scheme.ts";

/** https://shopify.dev/docs/apps/build/webhooks/verify-deliveries */
export const verifyShopify: VerifyHook = ({ headers, body }, secrets) => {
  const text = headers.get("x-shopify-hmac-sha256") ?? "";
  const given = /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, "base64") : undefined;
  if (!isHmac(given, secrets, body)) return refused;
  // One event may come by several subscriptions, each with an id of its own.
  const id = headers.get("x-shopify-webhook-id") ?? headers.get("x-shopify-event-id");
  return toGenuine(id, headers.get("x-shopify-topic"));
};
