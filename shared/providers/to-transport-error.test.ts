import { expect, test } from "vitest";
import { ProviderError } from "./provider-error.ts";
import { toTransportError } from "./to-transport-error.ts";

const withCode = (code: string) => Object.assign(new Error("it broke"), { code });
const wrapped = (cause: Error) =>
  new Error("SDK: connection problem", { cause: new TypeError("x", { cause }) });

test.each(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_SOCKET"])(
  "is connection for %s, however deep",
  (code) => {
    expect(toTransportError(wrapped(withCode(code))).kind).toBe("connection");
  },
);

test.each(["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"])(
  "is timeout for %s, however deep",
  (code) => {
    expect(toTransportError(wrapped(withCode(code))).kind).toBe("timeout");
  },
);

test("knows what fetch and the SDKs say themselves", () => {
  expect(toTransportError(new TypeError("fetch failed")).kind).toBe("connection");
  expect(toTransportError(new TypeError("terminated")).kind).toBe("connection");
  expect(toTransportError(new Error("Connection error.")).kind).toBe("connection");
  expect(toTransportError(new Error("Request timed out.")).kind).toBe("timeout");
});

test.each<[string, unknown]>([
  ["an answer that cannot be parsed", new SyntaxError("Unexpected end of JSON input")],
  ["a bug", withCode("ERR_INVALID_ARG_TYPE")],
  ["something that is no error", "oops"],
])("is unknown for %s", (_what, thrown) => {
  expect(toTransportError(thrown).kind).toBe("unknown");
});

test("ends where causes go in a circle", () => {
  const round = new Error("round");
  round.cause = round;
  expect(toTransportError(round).kind).toBe("unknown");
});

test("leaves a ProviderError as it is", () => {
  const error = new ProviderError("context_too_long");
  expect(toTransportError(error)).toBe(error);
});
