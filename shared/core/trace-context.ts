/** Where a span stands (W3C Trace Context): 32 and 16 hexadecimal digits, neither all zeros. */
export type TraceContext = {
  traceId: string;
  spanId: string;
  /** Its spans are kept and exported. */
  sampled: boolean;
};

const w3c = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,400})?$/;
const google = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=(\d{1,3}))?$/i;

/** Reads a `traceparent`. What is not one counts as absent: the request then starts a trace of its own. */
export function parseTraceparent(header: string | null | undefined): TraceContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", more] = w3c.exec(header ?? "") ?? [];
  // Later versions may append to what version 00 holds; ff is no version.
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return undefined;
  return toContext(traceId, spanId, flags);
}

/** Reads an `X-Cloud-Trace-Context`, whose span is a decimal number. */
export function parseCloudTraceContext(header: string | null | undefined): TraceContext | undefined {
  if (!header) return undefined;
  const [, traceId = "", span = "0", options = "0"] = google.exec(header) ?? [];
  const spanId = BigInt(span).toString(16).padStart(16, "0");
  return spanId.length > 16
    ? undefined
    : toContext(traceId.toLowerCase(), spanId, Number(options).toString(16));
}

export function toTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}

function toContext(traceId: string, spanId: string, flags: string): TraceContext | undefined {
  if (!/[^0]/.test(traceId) || !/[^0]/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
