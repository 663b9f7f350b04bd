import { BlockList } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { findDeniedRange } from "./denied-address.ts";

/** The same rules once more, in bytes and by Node's own matching. */
function isDeniedByNode(address: string, family: "ipv4" | "ipv6"): boolean {
  return (family === "ipv4" ? v4 : v6).check(address, family);
}

const v4 = new BlockList();
for (const [net, bits] of [
  ...([
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["168.63.129.16", 32],
  ] as const),
  ...([
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.31.196.0", 24],
  ] as const),
  ...([
    ["192.52.193.0", 24],
    ["192.88.99.0", 24],
    ["192.168.0.0", 16],
    ["192.175.48.0", 24],
  ] as const),
  ...([
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["199.36.153.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3],
  ] as const),
])
  v4.addSubnet(net, bits, "ipv4");

const v6 = new BlockList();
for (const [net, bits] of [
  ...([
    ["::", 3],
    ["4000::", 2],
    ["8000::", 1],
    ["2001::", 23],
    ["2001:db8::", 32],
    ["2002::", 16],
  ] as const),
  ...([
    ["2620:4f:8000::", 48],
    ["3fff::", 20],
  ] as const),
])
  v6.addSubnet(net, bits, "ipv6");

const toV4 = (bytes: Uint8Array) => bytes.join(".");
const toV6 = (bytes: Uint8Array) =>
  Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  ).join(":");

/** Random bytes, most of them behind the start of a range that matters. */
const near = (heads: number[][], length: number) =>
  fc
    .tuple(fc.constantFrom(...heads), fc.uint8Array({ minLength: length, maxLength: length }))
    .map(([head, bytes]) => Uint8Array.from([...head, ...bytes]).slice(0, length));

const v4Bytes = near(
  [
    [],
    [10],
    [100, 64],
    [127],
    [169, 254],
    [172, 16],
    [172, 31],
    [192, 168],
    [192, 0],
    [198, 18],
    [203, 0, 113],
  ],
  4,
);
const v6Bytes = near(
  [
    [],
    [0x20, 1],
    [0x20, 1, 0, 0],
    [0x20, 1, 0x0d, 0xb8],
    [0x20, 2],
    [0x3f, 0xff],
    [0xfc],
    [0xfd],
    [0xfe, 0x80],
    [0xff],
    [0x26],
  ],
  16,
);

it("denies the same IPv4 addresses as Node's own matching of the registry, however they are wrapped", () => {
  fc.assert(
    fc.property(v4Bytes, (bytes) => {
      const address = toV4(bytes);
      const isDenied = isDeniedByNode(address, "ipv4");
      for (const form of [address, `::ffff:${address}`, `64:ff9b::${address}`])
        expect([form, findDeniedRange(form) !== undefined]).toEqual([form, isDenied]);
      const hex = Buffer.from(bytes).toString("hex");
      const [high, low] = [hex.slice(0, 4), hex.slice(4)];
      for (const form of [`2002:${high}:${low}::1`, `2001:0:${high}:${low}::`, `::${high}:${low}`])
        expect([form, findDeniedRange(form)]).toEqual([form, expect.any(String)]);
    }),
    { numRuns: 2_000 },
  );
});

it("denies the same IPv6 addresses as Node's own matching of the registry", () => {
  fc.assert(
    fc.property(v6Bytes, (bytes) => {
      const address = toV6(bytes);
      const isWrapped = /^(0:0:0:0:0:ffff|64:ff9b:0:0:0:0):/.test(address);
      fc.pre(!isWrapped);
      expect([address, findDeniedRange(address) !== undefined]).toEqual([
        address,
        isDeniedByNode(address, "ipv6"),
      ]);
    }),
    { numRuns: 2_000 },
  );
});

it("never throws, whatever text it is given", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV4Extended(), fc.ipV6()), (text) => {
      expect(["string", "undefined"]).toContain(typeof findDeniedRange(text));
    }),
    { numRuns: 2_000 },
  );
});
