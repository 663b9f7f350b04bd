import { hash, timingSafeEqual } from "node:crypto";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import { findKey } from "./keys.ts";
import type { Principal } from "./principal.ts";

/** How long a valid key is remembered: a revoked one works no longer than this. */
export const rememberMs = 60_000;
const mostRemembered = 10_000;

export type Authenticate = (headers: Headers) => Promise<Principal>;

/**
 * Finds the principal of a request from `Authorization: Bearer …` or `X-API-Key`. Throws `unauthenticated`. `localKey` is
 * the administrator of tenant `local`; a process gives it only when it listens on loopback alone.
 */
export function createAuthenticate(
  { documents, clock }: Pick<Platform, "documents" | "clock">,
  localKey?: string,
): Authenticate {
  const remembered = new Map<string, { principal: Principal; until: number }>();
  const isLocal = localKey ? createComparison(localKey) : () => false;

  async function find(key: string): Promise<Principal | undefined> {
    const digest = hash("sha256", key, "base64");
    const known = remembered.get(digest);
    if (known && known.until > clock.now()) return known.principal;
    remembered.delete(digest);
    const principal = await findKey({ documents }, key);
    if (!principal) return undefined;
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(digest, { principal, until: clock.now() + rememberMs });
    return principal;
  }

  return async (headers) => {
    const key = keyOf(headers);
    if (isLocal(key)) return { tenant: "local", user: "local", role: "admin" };
    const principal = await find(key);
    if (!principal) throw unauthenticated("The key is not valid.");
    return principal;
  };
}

function keyOf(headers: Headers): string {
  const authorization = headers.get("authorization");
  const key = authorization === null ? headers.get("x-api-key") : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (key === null || key === "")
    throw unauthenticated("A key is needed: send Authorization: Bearer <key>, or X-API-Key.");
  if (key === undefined) throw unauthenticated("The Authorization header is not of the form Bearer <key>.");
  return key;
}

/** Takes as long for any key of the same length. */
function createComparison(known: string): (key: string) => boolean {
  const bytes = Buffer.from(known);
  return (key) => {
    const given = Buffer.from(key);
    return given.length === bytes.length && timingSafeEqual(given, bytes);
  };
}

function unauthenticated(sentence: string): ConeaError {
  return new ConeaError("unauthenticated", sentence, {
    headers: { "WWW-Authenticate": 'Bearer realm="conea"' },
  });
}
