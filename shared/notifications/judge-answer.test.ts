import { describe, expect, it } from "vitest";
import type { ChannelKind } from "../api/notifications.ts";
import { judgeAnswer } from "./judge-answer.ts";

const judge = (kind: ChannelKind, status: number, text = "") =>
  judgeAnswer(kind, { status, text, isCut: false, durationMs: 1 });

describe("an answer", () => {
  it.each([
    ["slack", 200, "ok", "delivered"],
    ["slack", 200, '{"ok":true,"ts":"1"}', "delivered"],
    ["slack", 200, '{"ok":false,"error":"channel_not_found"}', "failed"],
    ["slack", 200, '{ "ok": false, "error": "invalid_auth" }', "failed"],
    ["slack", 200, '{"error":"token_revoked","ok":false}', "failed"],
    ["slack", 200, '{"ok":false,"error":"ratelimited"}', "retry"],
    ["slack", 200, '{"ok":false,"error":"internal_error"}', "retry"],
    // Cut, and it repeats a message that says something else.
    ["slack", 200, '{"ok":true,"message":{"text":"he said \\"ok\\":false, so', "delivered"],
    ["slack", 403, "invalid_token", "failed"],
    ["slack", 404, "no_service", "failed"],
    ["slack", 410, "channel_is_archived", "failed"],
    ["slack", 429, "rate_limited", "retry"],
    ["slack", 500, "rollup_error", "retry"],
    ["slack", 302, "", "retry"],
    ["pagerduty", 202, '{"status":"success"}', "delivered"],
    ["pagerduty", 400, '{"status":"invalid event"}', "failed"],
    ["pagerduty", 429, "", "retry"],
    ["pagerduty", 503, "", "retry"],
    ["google_chat", 200, "{}", "delivered"],
    ["google_chat", 404, "", "failed"],
    ["google_chat", 408, "", "retry"],
    ["email", 250, "2.0.0 Ok: queued", "delivered"],
    ["email", 421, "try later", "retry"],
    ["email", 450, "greylisted", "retry"],
    ["email", 535, "authentication failed", "failed"],
    ["email", 550, "no such user", "failed"],
    ["webhook", 204, "", "delivered"],
    ["webhook", 404, "", "retry"],
    ["webhook", 410, "", "gone"],
  ] as const)("of %s with %i %s is %s", (kind, status, text, verdict) => {
    expect(judge(kind, status, text)).toBe(verdict);
  });

  it("that never came is tried again", () => {
    const outcome = { failure: "timeout" as const, message: "", durationMs: 15_000 };
    for (const kind of ["slack", "pagerduty", "email", "webhook"] as const)
      expect(judgeAnswer(kind, outcome)).toBe("retry");
  });
});
