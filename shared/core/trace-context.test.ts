import { describe, expect, it } from "vitest";
import { parseCloudTraceContext, parseTraceparent, toTraceparent } from "./trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

describe("parseTraceparent", () => {
  it.each([
    ["01", true],
    ["00", false],
    ["03", true],
    ["ff", true],
    ["fe", false],
  ])("reads flags %s", (flags, sampled) => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-${flags}`)).toEqual({ traceId, spanId, sampled });
  });

  it("reads what a later version appends to", () => {
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-the-future-brings`)).toBeDefined();
  });

  it.each([
    undefined,
    null,
    "",
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-01\n`,
    ` 00-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
    `cc-${traceId}-${spanId}-01-${"x".repeat(100_000)}`,
    `00-${"g".repeat(32)}-${spanId}-01`,
    "🙂".repeat(20),
  ])("takes %j for none", (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  it("is the inverse of toTraceparent", () => {
    const context = { traceId, spanId, sampled: true };
    expect(parseTraceparent(toTraceparent(context))).toEqual(context);
  });
});

describe("parseCloudTraceContext", () => {
  it.each([
    ["/1;o=1", "0000000000000001", true],
    ["/18446744073709551615;o=0", "ffffffffffffffff", false],
    ["/255", "00000000000000ff", false],
  ])("reads %s", (rest, span, sampled) => {
    expect(parseCloudTraceContext(traceId + rest)).toEqual({ traceId, spanId: span, sampled });
  });

  it.each([
    undefined,
    null,
    "",
    traceId,
    `${traceId}/0;o=1`,
    `${traceId}/18446744073709551616;o=1`,
    "x/1;o=1",
  ])("takes %j for none", (header) => {
    expect(parseCloudTraceContext(header)).toBeUndefined();
  });
});
