import type { WriteTime } from "../documents.ts";
import type { TimestampMessage } from "./firestore-messages.ts";

const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{6})Z$/;

/** Firestore's times are whole microseconds, so nothing is lost on the way, nor on the way back. */
export function toWriteTime(time: TimestampMessage | null | undefined): WriteTime {
  const seconds = new Date(Number(time?.seconds ?? 0) * 1_000).toISOString().slice(0, 19);
  const micros = Math.floor((time?.nanos ?? 0) / 1_000);
  return `${seconds}.${String(micros).padStart(6, "0")}Z`;
}

/** `undefined` for text that `toWriteTime` never gives: no document has it as its time. */
export function toTimestamp(time: WriteTime): TimestampMessage | undefined {
  const [, micros] = pattern.exec(time) ?? [];
  const millis = Date.parse(`${time.slice(0, 19)}Z`);
  if (micros === undefined || Number.isNaN(millis)) return undefined;
  const timestamp = { seconds: millis / 1_000, nanos: Number(micros) * 1_000 };
  return toWriteTime(timestamp) === time ? timestamp : undefined;
}
