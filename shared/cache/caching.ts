import type { CacheRequest } from "../api/cache.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import type { Wanted } from "./cache-entry.ts";

/** How a task uses the cache, as its document remembers it for whoever runs it. */
export type Caching = {
  /** Of its input: see `toInputDigest`. With who serves the task by then, it makes the key. */
  digest: string;
  /** How old an answer may be, and how long this one is kept. */
  ttlSeconds: number;
  reads: boolean;
  keeps: boolean;
  /** Whoever runs it looks into the store before it calls: there may be more than at its submission. */
  looksAgain?: true;
  /** The task whose result it waits for, until `notBefore` at most. */
  leader?: string;
};

/** What a request asks of the cache. */
export type Asked = Pick<Caching, "ttlSeconds" | "reads" | "keeps"> & { coalesce: boolean };

/** Where neither the request nor the model says how long. */
const usualSeconds = 3_600;

/** What a request and its model's entry ask of the cache; `undefined` where neither asks. */
export function toAsked(
  request: CacheRequest | undefined,
  cacheSeconds: number | undefined,
): Asked | undefined {
  const isAsked = request ? request.mode !== "off" : cacheSeconds !== undefined;
  if (!isAsked) return undefined;
  return {
    ttlSeconds: request?.ttlSeconds ?? cacheSeconds ?? usualSeconds,
    reads: request?.mode !== "refresh",
    keeps: request?.mode !== "read",
    coalesce: request?.coalesce === true,
  };
}

export function toWanted(
  { tenant, type }: Pick<TaskDocument, "tenant" | "type">,
  { ttlSeconds }: Caching,
): Wanted {
  return { tenant, type, maxAgeMs: ttlSeconds * 1_000 };
}
