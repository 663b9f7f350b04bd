import { AsyncLocalStorage } from "node:async_hooks";
import type { OpenSpan, Span, SpanOptions, Tracer } from "./span.ts";
import { parseTraceparent, type TraceContext, toTraceparent } from "./trace-context.ts";

/** What code that runs for one request shares, however deep it is called. */
type Scope = {
  tracer: Tracer;
  requestId: string;
  /** The span under way, or its caller's where nothing is recorded. */
  context: TraceContext;
  isRemote: boolean;
  span: OpenSpan;
};

const scopes = new AsyncLocalStorage<Scope>();
const unrecorded: OpenSpan = { set() {}, rename() {}, link() {}, fail() {} };

/** The trace of the request this code runs for; nothing outside of one. */
export function currentTrace(): TraceContext | undefined {
  return scopes.getStore()?.context;
}

/** The same as what is handed on: a header, a field, an attribute. */
export function currentTraceparent(): string | undefined {
  const context = currentTrace();
  return context && toTraceparent(context);
}

export function currentRequestId(): string | undefined {
  return scopes.getStore()?.requestId;
}

/** The span under way; one that does nothing where none is. */
export function currentSpan(): OpenSpan {
  return scopes.getStore()?.span ?? unrecorded;
}

/** Links the span under way to another trace, unless it belongs to it already. */
export function linkTrace(traceparent: string | undefined): void {
  const context = parseTraceparent(traceparent);
  if (context && context.traceId !== currentTrace()?.traceId) currentSpan().link(context);
}

export type RequestSpan = {
  span: OpenSpan;
  isRecorded: boolean;
  run<T>(step: () => T): T;
  end(): void;
};

/** Begins the span of a request, which continues its caller's trace or starts one. The caller of this ends it. */
export function beginRequest(
  tracer: Tracer,
  { parent, requestId }: { parent: TraceContext | undefined; requestId: string },
  options: SpanOptions,
): RequestSpan {
  const caller = parent ?? {
    traceId: tracer.newTraceId(),
    spanId: tracer.newSpanId(),
    sampled: tracer.keep !== undefined && tracer.sample(),
  };
  const isRecorded = tracer.keep !== undefined && caller.sampled;
  if (!isRecorded) {
    const scope: Scope = { tracer, requestId, context: caller, isRemote: true, span: unrecorded };
    return { span: unrecorded, isRecorded, run: (step) => scopes.run(scope, step), end() {} };
  }
  const opened = openSpan(tracer, options, caller, parent && { context: parent, isRemote: true });
  const scope: Scope = { tracer, requestId, context: opened.context, isRemote: false, span: opened.span };
  return { span: opened.span, isRecorded, run: (step) => scopes.run(scope, step), end: opened.end };
}

/** Runs a step of a request within a span of its own; just runs it where nothing is recorded. */
export function inSpan<T>(options: SpanOptions, step: (span: OpenSpan) => Promise<T>): Promise<T> {
  const scope = scopes.getStore();
  return scope?.context.sampled && scope.tracer.keep ? record(scope, options, step) : step(unrecorded);
}

async function record<T>(
  scope: Scope,
  options: SpanOptions,
  step: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const parent = { context: scope.context, isRemote: scope.isRemote };
  const { span, context, end } = openSpan(scope.tracer, options, scope.context, parent);
  try {
    return await scopes.run({ ...scope, context, isRemote: false, span }, () => step(span));
  } catch (error) {
    span.fail(error instanceof Error ? error.name : "thrown");
    throw error;
  } finally {
    end();
  }
}

/**
 * Runs a step as part of another trace than the request's own, such as that of whoever submitted the task it works on; the
 * two are linked. As part of the request's where `traceparent` is none.
 */
export function inTraceOf<T>(
  traceparent: string | undefined,
  options: SpanOptions,
  step: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const scope = scopes.getStore();
  const context = parseTraceparent(traceparent);
  if (!scope || !context || context.spanId === scope.context.spanId) return inSpan(options, step);
  const links = [...(options.links ?? []), scope.context];
  const other = { ...scope, context, isRemote: true, span: unrecorded };
  return scopes.run(other, () => inSpan({ ...options, links }, step));
}

function openSpan(
  tracer: Tracer,
  { name, kind = "internal", attributes = {}, links = [] }: SpanOptions,
  { traceId }: TraceContext,
  parent: Span["parent"],
): { span: OpenSpan; context: TraceContext; end(): void } {
  const startedAt = tracer.now();
  const context = { traceId, spanId: tracer.newSpanId(), sampled: true };
  const span: Span = {
    name,
    kind,
    attributes: { ...attributes },
    links: [...links],
    context,
    ...(parent && { parent }),
    startedAt,
    endedAt: startedAt,
  };
  return {
    context,
    span: {
      set(more) {
        Object.assign(span.attributes, more);
      },
      rename(to) {
        span.name = to;
      },
      link(to) {
        span.links.push(to);
      },
      fail(error) {
        // Whoever is nearest to the failure knows best what it is.
        span.error ??= error;
      },
    },
    end() {
      span.endedAt = Math.max(startedAt, tracer.now());
      tracer.keep?.(span);
    },
  };
}
