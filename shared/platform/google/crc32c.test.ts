import { describe, expect, it } from "vitest";
import { toCrc32c } from "../../../tests/emulators/secret-manager/to-crc32c.ts";
import { crc32c } from "./crc32c.ts";

describe("CRC-32C", () => {
  // The first is the check value of the catalogue of CRCs, the others are RFC 3720's, B.4.
  it.each([
    [Buffer.from("123456789"), 0xe3069283],
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    [Buffer.alloc(0), 0],
  ])("is what is published (%#)", (bytes, sum) => {
    expect([crc32c(bytes), toCrc32c(bytes)]).toEqual([sum, sum]);
  });
});
