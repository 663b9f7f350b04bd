import type { ChannelKind } from "../api/notifications.ts";
import { judgeOutcome, type Verdict } from "../webhooks/next-delivery-state.ts";
import type { SendOutcome } from "../webhooks/send.ts";

/** Of chat.postMessage's errors, those that pass. Every other says what somebody has to change. */
const passingErrors = new Set([
  ...["ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"],
  ...["request_timeout", "team_added_to_org", "external_channel_migrating"],
]);
/** Of the statuses from 400 to 499, those that pass. */
const passingStatuses = new Set([408, 425, 429]);

/** What an answer means, in the words of who gave it. */
export function judgeAnswer(kind: ChannelKind, outcome: SendOutcome): Verdict {
  if (!("status" in outcome) || kind === "webhook") return judgeOutcome(outcome);
  const { status, text } = outcome;
  if (kind === "email") return judgeReply(status);
  if (status >= 400 && status <= 499) return passingStatuses.has(status) ? "retry" : "failed";
  if (status < 200 || status > 299) return "retry";
  return kind === "slack" ? judgeSlack(text) : "delivered";
}

/** https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1: 4yz passes, 5yz does not. */
function judgeReply(code: number): Verdict {
  if (code >= 200 && code <= 299) return "delivered";
  return code >= 500 && code <= 599 ? "failed" : "retry";
}

/** The Web API says `ok: false` with a status of 200; an incoming webhook says `ok`. A long answer may be cut. */
function judgeSlack(text: string): Verdict {
  if (!/^\s*\{\s*"ok"\s*:\s*false\b/.test(text) && !/"ok"\s*:\s*false\s*[,}]/.test(text.slice(0, 500)))
    return "delivered";
  const [, error = ""] = /"error"\s*:\s*"([\w-]+)"/.exec(text) ?? [];
  return passingErrors.has(error) ? "retry" : "failed";
}
