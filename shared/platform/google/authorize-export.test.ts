import { describe, expect, it } from "vitest";
import { authorizeExport, cloudTraceEndpoint } from "./authorize-export.ts";

describe("authorizeExport", () => {
  it("has headers for Google", () => {
    expect(authorizeExport(cloudTraceEndpoint)).toBeTypeOf("function");
  });

  it.each([
    "http://127.0.0.1:4318/v1/traces",
    "https://collector.example.com/v1/traces",
    "https://telemetry.googleapis.com.example.com/v1/traces",
    "https://googleapis.com@example.com/v1/traces",
    "http://telemetry.googleapis.com/v1/traces",
  ])("gives no token to %s", (endpoint) => {
    expect(authorizeExport(endpoint)).toBeUndefined();
  });
});
