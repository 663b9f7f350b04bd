import { refused, toGenuine, toObject, type VerifyHook } from "./hook-scheme.ts";
import { verifyMessage } from "./verify-message.ts";

/** https://github.com/standard-webhooks/standard-webhooks */
export const verifyStandard: VerifyHook = (hook, secrets, nowMs) => {
  const message = verifyMessage(hook, secrets, nowMs);
  return message ? toGenuine(message.id, toObject(hook.body).type) : refused;
};
