import { fromHex, isHmac, refused, toGenuine, type VerifyHook } from "./hook-scheme.ts";

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const verifyGithub: VerifyHook = ({ headers, body }, secrets) => {
  const given = fromHex(headers.get("x-hub-signature-256"), "sha256=");
  if (!isHmac(given, secrets, body)) return refused;
  return toGenuine(headers.get("x-github-delivery"), headers.get("x-github-event"));
};
