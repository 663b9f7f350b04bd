import { describe, expect, it } from "vitest";
import { readZip } from "./read-zip.fixture.ts";
import { toZip } from "./to-zip.ts";

const text = Buffer.from("größer\n".repeat(5_000));

describe("toZip", () => {
  it("keeps every file's content, the empty one's too", () => {
    const files = new Map<string, Buffer>([["empty", Buffer.alloc(0)]]).set("sub/größe.txt", text);
    expect(readZip(toZip(files))).toEqual(files);
  });

  it("makes small what repeats", () => {
    expect(toZip(new Map([["a", text]])).length).toBeLessThan(text.length / 50);
  });

  it("does not depend on the order of the files", () => {
    const one = toZip(new Map([["a", text]]).set("b", Buffer.from("b")));
    const other = toZip(new Map([["b", Buffer.from("b")]]).set("a", text));
    expect(one.equals(other)).toBe(true);
  });

  it("is an archive without files", () => {
    expect(readZip(toZip(new Map())).size).toBe(0);
  });
});
