import { z } from "zod";

/** How long an answer may be kept and used at most: 30 days. */
export const CacheSeconds = z.int().min(1).max(2_592_000);

export const CacheMode = z.enum(["read_write", "read", "refresh", "off"]);
export type CacheMode = z.infer<typeof CacheMode>;

export const CacheRequest = z
  .strictObject({
    ttlSeconds: CacheSeconds.optional(),
    mode: CacheMode.default("read_write"),
    coalesce: z.boolean().default(false),
  })
  .meta({
    id: "CacheRequest",
    description:
      "Whether an answer to the same request of the same tenant may be given again. `ttlSeconds`: how old it may be, and how long this one is kept (the model's `cacheSeconds` where absent, else an hour). `read` keeps nothing, `refresh` calls and keeps. `coalesce`: share the call of a request that is the same and has not ended.",
  });
export type CacheRequest = z.infer<typeof CacheRequest>;

export const CacheState = z.enum(["hit", "partial", "miss"]).meta({
  id: "CacheState",
  description:
    "What a task that uses the cache found there: its result, some of its embeddings, or nothing. Absent where it does not use the cache.",
});
export type CacheState = z.infer<typeof CacheState>;
