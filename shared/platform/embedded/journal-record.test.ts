import { describe, expect, it } from "vitest";
import { encodeRecord, encodeTogether, hasRecordBehind, readRecords } from "./journal-record.ts";

const texts = ['{"a":1}', "{}", JSON.stringify({ text: "ä😀\n\u0000".repeat(20) })];
const whole = Buffer.concat(texts.map(encodeRecord));

function read(bytes: Buffer) {
  const found: string[] = [];
  return { end: readRecords(bytes, (text) => found.push(text)), found };
}

describe("journal records", () => {
  it("are read back as they were written", () => {
    expect(read(whole)).toEqual({ end: whole.length, found: texts });
  });

  it("are readable lines", () => {
    expect(whole.toString().split("\n")[0]).toMatch(/^00000007 [0-9a-f]{8} \{"a":1\}$/);
  });

  it("are the same where their buffer is written again, whatever their size", () => {
    for (const letter of ["a", "ä", "€", "😀"])
      for (const count of [0, 1, 20_000, 21_800, 22_000, 40_000, 70_000]) {
        const text = JSON.stringify(letter.repeat(count));
        for (const texts of [[text], [text, "{}", text]]) {
          const apart = Buffer.concat(texts.map(encodeRecord));
          expect(encodeTogether(texts).equals(apart)).toBe(true);
        }
      }
  });

  it("end where the file was cut off, at every byte", () => {
    const ends = [
      0,
      ...texts.map((_, index) => Buffer.concat(texts.slice(0, index + 1).map(encodeRecord)).length),
    ];
    for (let length = 0; length <= whole.length; length++) {
      const complete = ends.filter((end) => end <= length).length - 1;
      expect(read(whole.subarray(0, length))).toEqual({
        end: ends[complete],
        found: texts.slice(0, complete),
      });
    }
  });

  it("notice each changed byte", () => {
    for (let index = 0; index < whole.length; index++) {
      const changed = Buffer.from(whole);
      changed[index] = (changed[index] ?? 0) ^ 0x01;
      expect(read(changed).end).toBeLessThan(whole.length);
    }
  });

  it("are found behind a bad one", () => {
    const first = encodeRecord(texts[0] ?? "").length;
    for (let index = 0; index < first; index++) {
      const changed = Buffer.from(whole);
      changed[index] = 0xff;
      expect(hasRecordBehind(changed, 0)).toBe(true);
    }
    expect(hasRecordBehind(whole.subarray(0, first - 1), 0)).toBe(false);
    expect(hasRecordBehind(Buffer.alloc(5_000), 0)).toBe(false);
  });
});
