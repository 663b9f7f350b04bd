import { randomBytes } from "node:crypto";
import { type Ids, toId } from "./ids.ts";

/** A number in [0, 1), for jitter. Seeded in tests. */
export type Random = () => number;

export const randomIds: Ids = { newId: (prefix) => toId(prefix, randomBytes(17)) };
