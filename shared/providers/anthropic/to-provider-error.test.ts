import { APIConnectionTimeoutError, APIError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { toProviderError } from "./to-provider-error.ts";

const secret = "the prompt and sk-ant-key";

function fail(status: number | undefined, type: string, message = secret, details?: object) {
  const body = { type: "error", error: { type, message, ...(details && { details }) } };
  const headers = new Headers({ "request-id": "req_1", "retry-after": "12" });
  // Inside a stream the SDK has no status to go by.
  const thrown = status
    ? APIError.generate(status, body, undefined, headers)
    : new APIError(undefined, body, undefined, headers);
  return toProviderError(thrown);
}

test.each([
  [429, "rate_limit_error", "rate_limited"],
  [529, "overloaded_error", "overloaded"],
  [500, "api_error", "overloaded"],
  [503, "something_new", "overloaded"],
  [504, "timeout_error", "timeout"],
  [401, "authentication_error", "authentication"],
  [402, "billing_error", "authentication"],
  [403, "permission_error", "authentication"],
  [404, "not_found_error", "model_not_found"],
  [413, "request_too_large", "context_too_long"],
  [400, "invalid_request_error", "invalid_request"],
  [422, "something_new", "invalid_request"],
  [undefined, "overloaded_error", "overloaded"],
  [undefined, "rate_limit_error", "rate_limited"],
  [undefined, "something_new", "invalid_request"],
])("makes of status %s and %s: %s, with nothing of the vendor's sentence", (status, type, kind) => {
  const error = fail(status, type);
  expect(error).toMatchObject({ kind, requestId: "req_1", retryAfterMs: 12_000 });
  expect(error.message).toContain(`code ${type}`);
  expect(error.message).not.toContain(secret);
});

test.each([
  ["prompt is too long: 208310 tokens > 200000 maximum", "context_too_long"],
  [
    "input length and `max_tokens` exceed context limit: 199000 + 20000 > 200000, decrease input length",
    "context_too_long",
  ],
  ["Output blocked by content filtering policy", "content_refused"],
  ["Your credit balance is too low to access the Anthropic API.", "authentication"],
])("tells refusals apart by their sentence: %s", (message, kind) => {
  expect(fail(400, "invalid_request_error", message).kind).toBe(kind);
});

test("names the vendor's finer code and the parameter it complains about", () => {
  const details = { error_code: "image_dimensions_too_large" };
  const sentence = `messages.0.content.1.image: too large: ${secret}`;
  const { message } = fail(400, "invalid_request_error", sentence, details);
  expect(message).toMatch(
    /\(code image_dimensions_too_large, parameter messages\.0\.content\.1\.image, HTTP 400\)$/,
  );
});

test("does not take the beginning of any other sentence for a parameter", () => {
  expect(fail(400, "invalid_request_error", `my_password: ${secret}`).message).not.toContain("my_password");
});

test("is a timeout when the SDK gives up waiting, and unknown for what nobody foresaw", () => {
  const cause = Object.assign(new Error("Headers Timeout Error"), { code: "UND_ERR_HEADERS_TIMEOUT" });
  expect(toProviderError(new TypeError("fetch failed", { cause })).kind).toBe("timeout");
  expect(toProviderError(new APIConnectionTimeoutError()).kind).toBe("timeout");
  expect(toProviderError(new SyntaxError("Unexpected token")).kind).toBe("unknown");
});
