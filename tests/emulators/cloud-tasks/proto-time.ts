import type { protos } from "@google-cloud/tasks";

type Span = protos.google.protobuf.ITimestamp | protos.google.protobuf.IDuration;

/** A timestamp or a duration in milliseconds, to the microsecond. */
export function toMs(span: Span): number {
  return Number(span.seconds ?? 0) * 1_000 + Math.trunc((span.nanos ?? 0) / 1_000) / 1_000;
}

export function fromMs(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1_000) * 1_000 };
}
