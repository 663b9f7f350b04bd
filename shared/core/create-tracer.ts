import { type Clock, sleep } from "./clock.ts";
import { type Log, toErrorField } from "./log.ts";
import { drawBytes, type Random } from "./random.ts";
import type { Span, Tracer } from "./span.ts";

/** Hands spans to a collector. Rejects when it did not take them. */
export type ExportSpans = (spans: Span[]) => Promise<void>;

export type TracerOptions = {
  /** Without it, traces are continued and logged, and no span is recorded. */
  exportSpans?: ExportSpans | undefined;
  /** Share of the traces begun here that are recorded: 0 to 1. */
  ratio: number;
  clock: Clock;
  random: Random;
  log: Log;
  /** Hexadecimal digits of so many random bytes. */
  newHex?: (bytes: number) => string;
  /** Epoch milliseconds with fractions. */
  now?: () => number;
};

/** How long a response waits for its spans to be taken. */
export const longestFlushMs = 1_500;
/** How long a collector that failed is left alone; spans that end meanwhile are dropped. */
const restMs = 30_000;
/** Spans that end outside of a request are exported after so long, should no request do it before. */
const lingerMs = 5_000;
/** More than any request makes; a collector that is slow must not cost memory. */
const mostKept = 2_048;

/** A tracer that exports by `exportSpans`. A collector that is slow, broken or gone costs spans and nothing else. */
export function createTracer(options: TracerOptions): Tracer {
  const { exportSpans, ratio, clock, random, log, newHex = randomHex, now = preciseNow } = options;
  const named = { newTraceId: () => newHex(16), newSpanId: () => newHex(8), now };
  if (!exportSpans) return { ...named, sample: () => false, flush: async () => undefined };
  const kept: Span[] = [];
  let restsUntil = Number.NEGATIVE_INFINITY;
  let cancelLinger: (() => void) | undefined;

  async function flush(): Promise<void> {
    cancelLinger?.();
    cancelLinger = undefined;
    const spans = kept.splice(0);
    if (spans.length === 0 || clock.elapsed() < restsUntil) return;
    const failure = await within(clock, longestFlushMs, exportSpans?.(spans));
    if (!failure || clock.elapsed() < restsUntil) return;
    restsUntil = clock.elapsed() + restMs;
    log.warn("spans were not exported", { count: spans.length, ...failure });
  }

  return {
    ...named,
    sample: () => random() < ratio,
    keep(span) {
      if (kept.length < mostKept) kept.push(span);
      cancelLinger ??= clock.after(lingerMs, () => void flush());
    },
    flush,
  };
}

/** What went wrong with `work`, or that it took too long. */
async function within(clock: Clock, ms: number, work: Promise<void> | undefined) {
  const done = new AbortController();
  const late = sleep(clock, ms, done.signal).then(() => ({ error: `no answer within ${ms} ms` }));
  const ended = Promise.resolve(work).then(() => undefined, toErrorField);
  const failure = await Promise.race([ended, late]);
  done.abort();
  return failure;
}

function randomHex(bytes: number): string {
  return drawBytes(bytes).toString("hex");
}

function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
