import { APIConnectionTimeoutError, APIError } from "openai";
import { describe, expect, test } from "vitest";
import type { ProviderErrorKind } from "../provider-error.ts";
import { errors } from "./openai-wire.fixture.ts";
import { toProviderError } from "./to-provider-error.ts";

const thrownBySdk = (status: number | undefined, body: { error: object }, headers = {}) =>
  status
    ? APIError.generate(status, body, undefined, new Headers(headers))
    : new APIError(undefined, body.error, undefined, new Headers(headers));

describe("an error answer", () => {
  test.each<[keyof typeof errors, number, ProviderErrorKind]>([
    ["rate_limited", 429, "rate_limited"],
    ["too_large_for_the_account", 429, "invalid_request"],
    ["empty_account", 429, "authentication"],
    ["spend_limit", 429, "authentication"],
    ["slow_down", 429, "rate_limited"],
    ["overloaded", 500, "overloaded"],
    ["overloaded", 503, "overloaded"],
    ["invalid_request", 400, "invalid_request"],
    ["context_too_long", 400, "context_too_long"],
    ["context_too_long_embedding", 400, "context_too_long"],
    ["context_too_long_vllm", 400, "context_too_long"],
    ["content_refused", 400, "content_refused"],
    ["content_refused_image", 400, "content_refused"],
    ["authentication", 401, "authentication"],
    ["model_not_found", 404, "model_not_found"],
    ["model_not_found", 403, "model_not_found"],
  ])("%s with status %i is %s, and its text stays here", (name, status, kind) => {
    const body = errors[name] as { error: { message: string } };
    const error = toProviderError(thrownBySdk(status, body));
    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain(body.error.message.slice(0, 20));
  });

  test("names the vendor's code, the parameter and the status", () => {
    const error = toProviderError(thrownBySdk(400, errors.invalid_request as { error: object }));
    expect(error.message).toBe(
      "The provider refused the request as invalid. (code invalid_value, parameter messages[0].role, HTTP 400)",
    );
  });

  test("keeps the request id and the wait", () => {
    const headers = { "x-request-id": "req_9", "retry-after-ms": "300" };
    const error = toProviderError(thrownBySdk(429, errors.rate_limited as { error: object }, headers));
    expect(error).toMatchObject({ requestId: "req_9", retryAfterMs: 300 });
  });
});

describe("an error event of a stream", () => {
  test.each<[object, ProviderErrorKind]>([
    [errors.overloaded as object, "overloaded"],
    [errors.rate_limited as object, "rate_limited"],
    [errors.context_too_long as object, "context_too_long"],
    [errors.invalid_request as object, "invalid_request"],
    [{ error: { message: "Upstream failed", code: 502 } }, "overloaded"],
    [{ error: { message: "?", code: "never_heard_of" } }, "unknown"],
    [{ error: {} }, "unknown"],
  ])("%j is %s", (body, kind) => {
    expect(toProviderError(thrownBySdk(undefined, body as { error: object })).kind).toBe(kind);
  });
});

test("knows the SDK's own timeout", () => {
  expect(toProviderError(new APIConnectionTimeoutError()).kind).toBe("timeout");
});

test.each([undefined, null, "text", 5, new Error("bug"), { status: "500" }])(
  "takes %j as unknown",
  (thrown) => {
    expect(toProviderError(thrown).kind).toBe("unknown");
  },
);
