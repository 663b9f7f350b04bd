import { isIP } from "node:net";
import type { buildConnector, Dispatcher } from "undici";
import type { SafeAnswer, SafeRequest } from "./create-safe-fetch.ts";
import { OutboundFailure } from "./outbound-failure.ts";
import { withoutReserved } from "./outbound-headers.ts";
import type { OutboundUrl } from "./outbound-url.ts";

export type AddressedCall = {
  target: OutboundUrl;
  /** The first to which there is a connection is called. */
  addresses: string[];
  request: SafeRequest;
  signal: AbortSignal;
  /** A certificate authority to trust beside none: a test's own. */
  ca?: string;
};

/** Kept of an answer, in bytes. */
export const keptBytes = 4_096;
const connectMs = 5_000;

/**
 * One call to one of these addresses and no other: no name is looked up, no redirect followed, nothing decompressed, and the
 * connection belongs to this call alone. Rejects with `OutboundFailure`.
 */
export async function callAddresses(call: AddressedCall): Promise<Omit<SafeAnswer, "durationMs">> {
  const { Client, buildConnector } = await import("undici");
  const { url } = call.target;
  const client = new Client(url.origin, {
    connect: connectTo(call, buildConnector),
    allowH2: false,
    // The call as a whole has a time; these would only name it otherwise.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const answer = await client.request(toOptions(call));
    return {
      status: answer.statusCode,
      headers: toHeaders(answer.headers),
      ...(await readStart(answer.body)),
    };
  } catch (error) {
    throw call.signal.aborted ? call.signal.reason : toFailure(error);
  } finally {
    // Not awaited: what is left of the answer is nobody's.
    void client.destroy().catch(() => undefined);
  }
}

function toOptions({ target: { url }, request, signal }: AddressedCall): Dispatcher.RequestOptions {
  const { method, headers = {}, body } = request;
  const path = `${url.pathname}${url.search}`;
  return {
    method,
    path,
    headers: { "accept-encoding": "identity", ...withoutReserved(headers) },
    body: body ?? null,
    signal,
  };
}

type BuildConnector = typeof buildConnector;

/** Connects to the first of the addresses that answers, under the name of the host. */
function connectTo(
  { target, addresses, signal, ca }: AddressedCall,
  build: BuildConnector,
): buildConnector.connector {
  const { host } = target;
  const connect = build({ allowH2: false, timeout: connectMs, maxCachedSessions: 0, ...(ca && { ca }) });
  const servername = isIP(host) === 0 ? host : "";
  return (options, callback) => {
    const tryNext = ([address, ...rest]: string[]): void => {
      if (address === undefined || signal.aborted) return;
      connect({ ...options, hostname: address, servername }, (...outcome) => {
        const [error] = outcome;
        if (error === null || rest.length === 0) callback(...outcome);
        else tryNext(rest);
      });
    };
    tryNext(addresses);
  };
}

async function readStart(body: AsyncIterable<Uint8Array>): Promise<Pick<SafeAnswer, "text" | "isCut">> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > keptBytes) break;
  }
  const kept = Buffer.concat(chunks).subarray(0, keptBytes);
  return { text: new TextDecoder().decode(kept), isCut: bytes > keptBytes };
}

function toHeaders(given: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(given))
    for (const value of [values ?? []].flat()) headers.append(name, value);
  return headers;
}

/** The error's own words are left out: they hold the address. */
function toFailure(cause: unknown): OutboundFailure {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return new OutboundFailure("insecure", `The server's certificate is not good for its name (${code}).`, {
      cause,
    });
  const detail = /^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : "";
  return new OutboundFailure(
    "unreachable",
    `The server could not be reached, or ended the connection${detail}.`,
    {
      cause,
    },
  );
}
