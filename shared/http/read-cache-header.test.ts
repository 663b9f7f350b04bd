import { describe, expect, it } from "vitest";
import { readCacheHeader } from "./read-cache-header.ts";

const read = (text: string) => readCacheHeader(new Headers({ "x-conea-cache": text }));
const usual = { mode: "read_write", coalesce: false };

describe("readCacheHeader", () => {
  it("asks for nothing where it was not sent", () => {
    expect(readCacheHeader(new Headers())).toBeUndefined();
  });

  it.each([
    ["on", usual],
    ["ttl=3600", { ...usual, ttlSeconds: 3600 }],
    ["TTL=60, refresh", { ...usual, ttlSeconds: 60, mode: "refresh" }],
    ["read", { ...usual, mode: "read" }],
    ["off", { ...usual, mode: "off" }],
    ["ttl=5,coalesce", { ...usual, ttlSeconds: 5, coalesce: true }],
  ])("reads %s", (text, request) => {
    expect(read(text)).toEqual(request);
  });

  it.each(["", "yes", "ttl", "ttl=0", "ttl=2592001", "ttl=1.5", "max-age=3", "on,,off"])(
    "refuses %o instead of ignoring it",
    (text) => {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: "invalid_request" }));
    },
  );
});
