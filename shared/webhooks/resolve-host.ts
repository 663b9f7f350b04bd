import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";

/** All addresses of a name, in the order in which they are to be tried; an address is its own. Rejects where there is none. */
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<string[]>;

export type ResolveOptions = {
  /** Name servers, `address:port`; the machine's own where absent. */
  servers?: string[];
};

/**
 * Asks the name servers, and nothing else: no hosts file and no search domains, which know private names. Not by `getaddrinfo`,
 * which occupies one of the process's four threads until a slow name server has answered.
 */
export function createResolveHost({ servers }: ResolveOptions = {}): ResolveHost {
  return async (host, signal) => {
    if (isIP(host) !== 0) return [host];
    if (host === "localhost" || host.endsWith(".localhost")) return ["127.0.0.1", "::1"];
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    if (servers) resolver.setServers(servers);
    return untilStopped(resolver, signal, () => resolveBoth(resolver, host));
  };
}

/** Many networks do not carry IPv6, Cloud Run's among them: IPv4 is tried first. */
async function resolveBoth(resolver: Resolver, host: string): Promise<string[]> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [v4, v6].flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  if (found.length === 0 && v4.status === "rejected") throw v4.reason;
  return found;
}

async function untilStopped<T>(resolver: Resolver, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  const stop = () => resolver.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await run();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Asks the machine's own name servers. */
export const resolveHost = createResolveHost();
