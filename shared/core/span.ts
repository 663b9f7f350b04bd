import type { TraceContext } from "./trace-context.ts";

/** What a span says of its work: names of OpenTelemetry's conventions, never a prompt, an answer or a key. */
export type Attributes = Record<string, string | number | boolean | string[]>;

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

export type SpanOptions = {
  name: string;
  kind?: SpanKind;
  attributes?: Attributes;
  /** What else led to it, beside its parent. */
  links?: TraceContext[];
};

/** A span that has ended. Times are epoch milliseconds with fractions. */
export type Span = Required<SpanOptions> & {
  context: TraceContext;
  parent?: { context: TraceContext; isRemote: boolean };
  startedAt: number;
  endedAt: number;
  /** Class or code of what went wrong. */
  error?: string;
};

/** A span under way. Where nothing is recorded, none of these does anything. */
export type OpenSpan = {
  set(attributes: Attributes): void;
  rename(name: string): void;
  link(context: TraceContext): void;
  fail(error: string): void;
};

/** Names spans, and keeps those that have ended until they are exported. */
export type Tracer = {
  /** Without it, traces are continued and logged, and no span is recorded. */
  keep?: (span: Span) => void;
  newTraceId(): string;
  newSpanId(): string;
  /** Epoch milliseconds with fractions. */
  now(): number;
  /** Whether a trace that begins here is recorded. */
  sample(): boolean;
  /** Exports what was kept, within a bounded time. Never rejects. */
  flush(): Promise<void>;
};
