import { randomFillSync } from "node:crypto";
import { type Ids, toId } from "./ids.ts";

/** A number in [0, 1), for jitter. Seeded in tests. */
export type Random = () => number;

const idBytes = 17;
/** Drawn many at a time: asking the system for each id's bytes took a twentieth of submitting a task. */
const pool = new Uint8Array(idBytes * 256);
let used = pool.length;

export const randomIds: Ids = {
  newId(prefix) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += idBytes;
    return toId(prefix, pool.subarray(used - idBytes, used));
  },
};
