import { ConeaError } from "../core/conea-error.ts";
import { isLoopback } from "../core/denied-address.ts";

/** A URL that may be called once its addresses are checked. */
export type OutboundUrl = {
  url: URL;
  /** A name without the dot at its end, or an address without brackets. */
  host: string;
  /** On this machine, by the name itself: only where that is allowed. */
  isLocal: boolean;
};

export type OutboundUrlOptions = {
  /** http and https to this machine itself, for local mode. */
  allowLoopbackHttp?: boolean;
};

const longest = 2_048;
/** Names that lead into somebody's own network, if anywhere. */
const privateNames = /(^|\.)(localhost|localdomain|local|internal|intranet|lan|home\.arpa)$/;
/** Ports from 1024 on that browsers refuse, because other protocols live there: https://fetch.spec.whatwg.org/#port-blocking */
const refusedPorts = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);

/** Throws `invalid_request`, which says what to change, for a URL that is not to be called whatever it resolves to. */
export function parseOutboundUrl(
  text: string,
  { allowLoopbackHttp = false }: OutboundUrlOptions = {},
): OutboundUrl {
  if (text.length > longest) throw refuse(`is longer than ${longest} characters`);
  const url = URL.parse(text.trim());
  if (!url) throw refuse("is not a URL; write one such as https://example.com/hooks");
  const host = toHost(url);
  const isLocal = allowLoopbackHttp && isLocalHost(host);
  if (url.protocol !== "https:" && !(isLocal && url.protocol === "http:"))
    throw refuse(`must start with https://${allowLoopbackHttp ? ", or with http:// on this machine" : ""}`);
  if (url.username !== "" || url.password !== "")
    throw refuse("must hold no user and no password; use a header");
  if (url.hash !== "" || text.includes("#")) throw refuse("must hold no fragment (#…), which is never sent");
  if (!isLocal) requirePublicName(host);
  requirePort(url, isLocal);
  return { url, host, isLocal };
}

/** About the field `url` of a request. */
export function refuse(message: string): ConeaError {
  return new ConeaError("invalid_request", `The URL ${message}.`, { fields: [{ field: "url", message }] });
}

function toHost({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname.replace(/\.$/, "");
}

function isLocalHost(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || isLoopback(host);
}

function requirePublicName(host: string): void {
  const isAddress = host.includes(":") || /^[\d.]+$/.test(host);
  if (isAddress) return;
  if (host.split(".").includes("") || host.length > 253) throw refuse("holds no valid name of a host");
  if (privateNames.test(host) || !host.includes("."))
    throw refuse("leads into a private network; write a name that the whole internet knows");
}

function requirePort({ port, protocol }: URL, isLocal: boolean): void {
  if (port === "") return;
  const number = Number(port);
  if (number === 443 || (isLocal && protocol === "http:" && number > 0)) return;
  if (number < 1_024 || refusedPorts.has(number))
    throw refuse("must use port 443, or one from 1024 on that no other protocol uses");
}
