import { describe, expect, it } from "vitest";
import { findDeniedRange, isLoopback } from "./denied-address.ts";

/** Each with why nothing may connect to it. */
const denied: [address: string, why: string][] = [
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "this network"],
  ["10.0.0.0", "private, first"],
  ["10.255.255.255", "private, last"],
  ["100.64.0.0", "carrier, first"],
  ["100.100.100.200", "Alibaba's metadata"],
  ["100.127.255.255", "carrier, last"],
  ["127.0.0.1", "loopback"],
  ["127.1.2.3", "loopback too"],
  ["127.255.255.255", "loopback, last"],
  ["168.63.129.16", "Azure's metadata"],
  ["169.254.0.1", "link-local"],
  ["169.254.169.254", "metadata"],
  ["169.254.170.2", "credentials of containers"],
  ["172.16.0.0", "private, first"],
  ["172.31.255.255", "private, last"],
  ["192.0.0.1", "protocol assignments"],
  ["192.0.0.192", "Oracle's metadata"],
  ["192.0.2.1", "documentation"],
  ["192.31.196.1", "AS112"],
  ["192.52.193.1", "AMT"],
  ["192.88.99.1", "6to4 relay"],
  ["192.168.0.1", "private"],
  ["192.168.255.255", "private, last"],
  ["192.175.48.1", "AS112"],
  ["198.18.0.1", "benchmark"],
  ["198.19.255.255", "benchmark, last"],
  ["198.51.100.7", "documentation"],
  ["199.36.153.8", "Google's private interfaces"],
  ["203.0.113.9", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast, last"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["0:0:0:0:0:0:0:1", "loopback, written out"],
  ["::7f00:1", "compatible loopback"],
  ["::127.0.0.1", "compatible loopback"],
  ["::8.8.8.8", "compatible, which nobody uses"],
  ["::ffff:127.0.0.1", "mapped loopback"],
  ["::ffff:7f00:1", "mapped loopback, in hexadecimal"],
  ["::ffff:10.0.0.1", "mapped private"],
  ["::ffff:169.254.169.254", "mapped metadata"],
  ["::ffff:a9fe:a9fe", "mapped metadata, in hexadecimal"],
  ["::ffff:0:127.0.0.1", "translated loopback"],
  ["::ffff:0:0", "mapped unspecified"],
  ["64:ff9b::127.0.0.1", "NAT64 of loopback"],
  ["64:ff9b::a9fe:a9fe", "NAT64 of metadata"],
  ["64:ff9b::10.0.0.1", "NAT64 of private"],
  ["64:ff9b:1::1", "NAT64 of one's own network"],
  ["100::1", "discard"],
  ["2001::1", "Teredo"],
  ["2001:0:7f00:1::", "Teredo of loopback"],
  ["2001:0:4136:e378:8000:63bf:80ff:fffe", "Teredo with an obscured loopback"],
  ["2001:2::1", "benchmark"],
  ["2001:10::1", "ORCHID"],
  ["2001:20::1", "ORCHID"],
  ["2001:1ff:ffff::1", "protocol assignments, last"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::", "6to4 of loopback"],
  ["2002:a9fe:a9fe::", "6to4 of metadata"],
  ["2002:a00:1::1", "6to4 of private"],
  ["2620:4f:8000::1", "AS112"],
  ["3fff::1", "documentation"],
  ["4000::1", "not given out"],
  ["5f00::1", "segment routing"],
  ["fc00::1", "unique local"],
  ["fd00:ec2::254", "Amazon's metadata"],
  ["fd20:ce::254", "Google's metadata"],
  ["fdff:ffff::1", "unique local, last"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local with a zone"],
  ["2606:4700::1%eth0", "a zone"],
  ["febf::1", "link-local, last"],
  ["fec0::1", "site-local"],
  ["ff02::1", "multicast"],
  ["ff0e::1", "multicast, global"],
  ["", "nothing"],
  ["localhost", "a name"],
  ["127.1", "short form"],
  ["2130706433", "a number"],
  ["0x7f.0.0.1", "hexadecimal"],
  ["0177.0.0.1", "octal"],
  ["127.0.0.1 ", "with a space"],
  ["[::1]", "with brackets"],
  ["1.2.3.4.5", "too long"],
  ["256.1.1.1", "no byte"],
];

const open = [
  ...["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"],
  ...[
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
  ],
  ...["192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "34.117.59.81"],
  ...["2606:4700:4700::1111", "2001:4860:4860::8888", "2001:200::1", "2003::1", "2a00:1450:4001:81b::200e"],
  ...["::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
];

describe("nothing connects to", () => {
  it.each(denied)("%s (%s)", (address) => {
    expect(findDeniedRange(address)).toEqual(expect.any(String));
  });
});

describe("what is public stays open", () => {
  it.each(open)("%s", (address) => {
    expect(findDeniedRange(address)).toBeUndefined();
  });
});

it.each(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])("%s is this machine", (address) => {
  expect(isLoopback(address)).toBe(true);
});

it.each(["128.0.0.1", "::2", "0.0.0.0", "10.0.0.1", "localhost", ""])("%j is not this machine", (address) => {
  expect(isLoopback(address)).toBe(false);
});
