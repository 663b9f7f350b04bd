import { fromHex, isHmac, refused, toGenuine, toObject, type VerifyHook } from "./hook-scheme.ts";
import { isTimely } from "./verify-message.ts";

/** More times and signatures than these are not looked at. */
const mostParts = 16;

/** https://docs.stripe.com/webhooks#verify-manually */
export const verifyStripe: VerifyHook = ({ headers, body }, secrets, nowMs) => {
  const parts = headers.get("stripe-signature")?.split(/, */).slice(0, mostParts) ?? [];
  const [timestamp = "", ...more] = parts.flatMap((part) => (part.startsWith("t=") ? [part.slice(2)] : []));
  if (more.length > 0 || !isTimely(timestamp, nowMs)) return refused;
  const isSigned = parts.some((part) => isHmac(fromHex(part, "v1="), secrets, `${timestamp}.`, body));
  if (!isSigned) return refused;
  const { id, type } = toObject(body);
  return toGenuine(id, type);
};
