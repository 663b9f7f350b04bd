import { createHash } from "node:crypto";
import {
  fromHex,
  type HookVerdict,
  isHmac,
  refused,
  toGenuine,
  toObject,
  type VerifyHook,
} from "./hook-scheme.ts";
import { isTimely } from "./verify-message.ts";

const longestChallenge = 1_000;

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const verifySlack: VerifyHook = ({ headers, body }, secrets, nowMs) => {
  const timestamp = headers.get("x-slack-request-timestamp") ?? "";
  const given = fromHex(headers.get("x-slack-signature"), "v0=");
  if (!isTimely(timestamp, nowMs) || !isHmac(given, secrets, `v0:${timestamp}:`, body)) return refused;
  return toVerdict(body);
};

function toVerdict(body: Uint8Array): HookVerdict {
  const { type, challenge, event_id: eventId, event } = toObject(body);
  if (type === "url_verification" && typeof challenge === "string" && challenge.length <= longestChallenge)
    return { kind: "challenge", text: challenge };
  const topic = typeof event === "object" && event !== null && "type" in event ? event.type : type;
  // Commands and clicks have no id; each holds a trigger of its own, so that no two are the same.
  const id = eventId ?? `sha256:${createHash("sha256").update(body).digest("hex")}`;
  return toGenuine(id, topic);
}
