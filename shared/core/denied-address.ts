import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

type Range = [cidr: string, name: string];

/** What the IANA registries of special-purpose addresses name, and what clouds answer on beside it. */
const deniedV4: Range[] = [
  ["0.0.0.0/8", "this network"],
  ["10.0.0.0/8", "a private network"],
  ["100.64.0.0/10", "a carrier's shared network"],
  ["127.0.0.0/8", "loopback"],
  ["168.63.129.16/32", "a cloud's metadata"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "a private network"],
  ["192.0.0.0/24", "protocol assignments"],
  ["192.0.2.0/24", "documentation"],
  ["192.31.196.0/24", "AS112"],
  ["192.52.193.0/24", "AMT"],
  ["192.88.99.0/24", "6to4 relays"],
  ["192.168.0.0/16", "a private network"],
  ["192.175.48.0/24", "AS112"],
  ["198.18.0.0/15", "benchmarks"],
  ["198.51.100.0/24", "documentation"],
  ["199.36.153.0/24", "a cloud's private interfaces"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
];

/** Within 2000::/3; everything outside of it is denied as a whole. */
const deniedV6: Range[] = [
  ["2001::/23", "protocol assignments, Teredo and benchmarks"],
  ["2001:db8::/32", "documentation"],
  ["2002::/16", "6to4"],
  ["2620:4f:8000::/48", "AS112"],
  ["3fff::/20", "documentation"],
];

const v4Ranges = deniedV4.map(([cidr, name]) => ({ range: ipaddr.IPv4.parseCIDR(cidr), name }));
const v6Ranges = deniedV6.map(([cidr, name]) => ({ range: ipaddr.IPv6.parseCIDR(cidr), name }));
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");
const loopbacks = [ipaddr.IPv4.parseCIDR("127.0.0.0/8"), ipaddr.IPv6.parseCIDR("::1/128")];

/**
 * Why nothing may connect to `address` on behalf of a caller: what it is instead of an address on the public internet;
 * `undefined` where it is one. Takes addresses as resolvers write them; every other text is denied.
 */
export function findDeniedRange(address: string): string | undefined {
  const parsed = parseAddress(address);
  if (!parsed) return "not an address";
  return parsed instanceof ipaddr.IPv4 ? findDeniedV4(parsed) : findDeniedV6(parsed);
}

/** Whether `address` is this machine's own: 127.0.0.0/8 or ::1, also mapped into IPv6. */
export function isLoopback(address: string): boolean {
  const parsed = parseAddress(address);
  return (
    parsed !== undefined &&
    loopbacks.some((range) => range[0].kind() === parsed.kind() && parsed.match(range))
  );
}

/** A mapped IPv4 address (::ffff:a.b.c.d) is the IPv4 address: that is where a connection goes. */
function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  // In one spelling: ipaddr.js takes ::8.8.8.8 for a mapped address, which it is not.
  const host = isIPv6(address) ? URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1) : undefined;
  return host === undefined ? undefined : ipaddr.process(host);
}

function findDeniedV4(address: ipaddr.IPv4): string | undefined {
  return v4Ranges.find(({ range }) => address.match(range))?.name;
}

function findDeniedV6(address: ipaddr.IPv6): string | undefined {
  // A resolver in a network without IPv4 answers so; what stands behind it is the IPv4 address.
  if (address.match(nat64)) return findDeniedV4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  if (!address.match(globalUnicast)) return "no public IPv6 address";
  return v6Ranges.find(({ range }) => address.match(range))?.name;
}
