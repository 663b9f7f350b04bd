import { findDeniedRange, isLoopback } from "../core/denied-address.ts";
import { OutboundFailure } from "./outbound-failure.ts";
import type { OutboundUrl } from "./outbound-url.ts";
import type { ResolveHost } from "./resolve-host.ts";

export type FindTargetDeps = {
  resolve: ResolveHost;
  /** Addresses that may be called although they are denied to all others: a test's own server. */
  allowAddress?: (address: string, port: number) => boolean;
};

/** More addresses than these are checked and not tried. */
const mostTried = 3;

/**
 * The addresses that a call of `target` may connect to, at least one. Throws `OutboundFailure`: `denied` when any address of the
 * host is one that may not be called, `unresolved` when there is none.
 */
export async function findTarget(
  { resolve, allowAddress = () => false }: FindTargetDeps,
  { host, url, isLocal }: OutboundUrl,
  signal: AbortSignal,
): Promise<string[]> {
  const addresses = await resolveOr(resolve, host, signal);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  for (const address of addresses) {
    const range = isLocal && isLoopback(address) ? undefined : findDeniedRange(address);
    if (range !== undefined && !allowAddress(address, port))
      throw new OutboundFailure("denied", `The URL leads to an address that is not public (${range}).`);
  }
  if (addresses.length === 0) throw unresolved();
  return addresses.slice(0, mostTried);
}

async function resolveOr(resolve: ResolveHost, host: string, signal: AbortSignal): Promise<string[]> {
  try {
    return await resolve(host, signal);
  } catch (cause) {
    throw unresolved(cause);
  }
}

function unresolved(cause?: unknown): OutboundFailure {
  return new OutboundFailure("unresolved", "The name of the URL's host leads to no address.", { cause });
}
