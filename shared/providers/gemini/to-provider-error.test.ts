import { readFileSync } from "node:fs";
import { ApiError } from "@google/genai";
import { expect, test } from "vitest";
import { toProviderError } from "./to-provider-error.ts";

const secret = "the prompt and AIza-key";

function fail(code: number, status: string, message = secret, details?: object[]) {
  const body = { error: { code, message, status, ...(details && { details }) } };
  return toProviderError(new ApiError({ message: JSON.stringify(body), status: code }), undefined);
}

test.each([
  [400, "INVALID_ARGUMENT", "invalid_request"],
  [400, "FAILED_PRECONDITION", "authentication"],
  [401, "UNAUTHENTICATED", "authentication"],
  [403, "PERMISSION_DENIED", "authentication"],
  [404, "NOT_FOUND", "model_not_found"],
  [413, "", "invalid_request"],
  [429, "RESOURCE_EXHAUSTED", "rate_limited"],
  [500, "INTERNAL", "overloaded"],
  [503, "UNAVAILABLE", "overloaded"],
  [504, "DEADLINE_EXCEEDED", "timeout"],
  [599, "SOMETHING_NEW", "overloaded"],
])("makes of %i %s: %s, with nothing of the vendor's sentence", (code, status, kind) => {
  const error = fail(code, status);
  expect(error.kind).toBe(kind);
  expect(error.message).not.toContain(secret);
});

test("is authentication when the key is not valid, which the vendor calls an invalid argument", () => {
  const json = readFileSync(new URL("fixtures/error-key.json", import.meta.url), "utf8");
  const error = toProviderError(new ApiError({ message: json, status: 400 }), undefined);
  expect(error.kind).toBe("authentication");
  expect(error.message).toMatch(/\(code API_KEY_INVALID, HTTP 400\)$/);
});

test.each([
  "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
  "The input token count exceeds the maximum number of tokens allowed 1048576.",
])("is context_too_long when the vendor counts too many tokens: %s", (message) => {
  expect(fail(400, "INVALID_ARGUMENT", message).kind).toBe("context_too_long");
});

test("reads how long to wait from RetryInfo, or from the header", () => {
  const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "0.847s" }];
  expect(fail(429, "RESOURCE_EXHAUSTED", "", details).retryAfterMs).toBe(847);
  const seen = { status: 429, headers: new Headers({ "retry-after": "9" }) };
  const thrown = new ApiError({ message: '{"error":{"message":"slow down"}}', status: 429 });
  expect(toProviderError(thrown, seen).retryAfterMs).toBe(9_000);
});

test("reads an error inside a stream, and one in a list", () => {
  const body = { error: { code: 503, message: secret, status: "UNAVAILABLE" } };
  const inside = new ApiError({ message: `got status: UNAVAILABLE. ${JSON.stringify(body)}`, status: 503 });
  expect(toProviderError(inside, { status: 200, headers: new Headers() }).message).toContain(
    "code UNAVAILABLE",
  );
  const listed = new ApiError({ message: JSON.stringify([body]), status: 503 });
  expect(toProviderError(listed, undefined).message).toContain("code UNAVAILABLE");
});

test("keeps to the status of an error answer that the SDK could not read", () => {
  const seen = { status: 429, headers: new Headers({ "retry-after": "3" }) };
  const error = toProviderError(new SyntaxError("Unexpected end of JSON input"), seen);
  expect(error).toMatchObject({ kind: "rate_limited", retryAfterMs: 3_000 });
});

test("is connection when a stream stops in the middle of an event", () => {
  const seen = { status: 200, headers: new Headers() };
  expect(toProviderError(new Error("Incomplete JSON segment at the end"), seen).kind).toBe("connection");
  expect(toProviderError(new SyntaxError("Unexpected token"), seen).kind).toBe("unknown");
});
