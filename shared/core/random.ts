import { randomFillSync } from "node:crypto";
import { type Ids, toId } from "./ids.ts";

/** A number in [0, 1), for jitter. Seeded in tests. */
export type Random = () => number;

const idBytes = 17;
/** Drawn many at a time: asking the system for each id's bytes took a twentieth of submitting a task. */
const pool = Buffer.alloc(8_192);
let used = pool.length;

/** Random bytes, never given twice: to be read before the next are drawn. `count` is far below 8,192. */
export function drawBytes(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

export const randomIds: Ids = { newId: (prefix) => toId(prefix, drawBytes(idBytes)) };
