import { CacheMode, CacheRequest } from "../api/cache.ts";
import { ConeaError } from "../core/conea-error.ts";

/**
 * `x-conea-cache: ttl=3600, refresh, coalesce`: what a caller whose body has no place for it asks of the cache; `on` asks for what
 * is usual. `undefined` without the header. Throws `invalid_request`.
 */
export function readCacheHeader(headers: Headers): CacheRequest | undefined {
  const text = headers.get("x-conea-cache");
  if (text === null) return undefined;
  const words = text.split(",").map((word) => word.trim().toLowerCase());
  const parsed = CacheRequest.safeParse(Object.assign({}, ...words.map(toField)));
  if (parsed.success) return parsed.data;
  throw wrongHeader();
}

function toField(word: string): object {
  const [, seconds] = /^ttl=(\d{1,9})$/.exec(word) ?? [];
  if (seconds !== undefined) return { ttlSeconds: Number(seconds) };
  if (word === "on") return {};
  if (word === "coalesce") return { coalesce: true };
  const mode = CacheMode.safeParse(word);
  if (mode.success) return { mode: mode.data };
  throw wrongHeader();
}

function wrongHeader(): ConeaError {
  const message =
    "must be words of ttl=1…2592000, on, off, read, refresh and coalesce, with commas between them";
  return new ConeaError("invalid_request", `The header x-conea-cache ${message}.`, {
    fields: [{ field: "x-conea-cache", message }],
  });
}
