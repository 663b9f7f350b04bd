import type { Clock } from "../../core/clock.ts";
import type { WriteTime } from "../documents.ts";

/** Microseconds since the Unix epoch. */
export type Micros = number;

/** Times of commits. Each is later than all before it, whatever the clock does; `last` is where an earlier process stopped. */
export function createWriteTimes(clock: Clock, last: Micros = 0) {
  let latest = last;
  return {
    next(): Micros {
      latest = Math.max(Math.floor(clock.now() * 1_000), latest + 1);
      return latest;
    },
    /** The present, which no commit's time is after. */
    now: (): Micros => Math.max(Math.floor(clock.now() * 1_000), latest),
  };
}

/** The last second that was written: a busy store writes each of them thousands of times. */
let last = { second: 0, text: "1970-01-01T00:00:00" };

/** RFC 3339 in UTC with microseconds. */
export function toWriteTime(micros: Micros): WriteTime {
  const withinSecond = micros % 1_000_000;
  const second = (micros - withinSecond) / 1_000_000;
  if (last.second !== second) last = { second, text: new Date(second * 1_000).toISOString().slice(0, 19) };
  return `${last.text}.${String(withinSecond).padStart(6, "0")}Z`;
}
