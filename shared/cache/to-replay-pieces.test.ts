import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toReplayPieces } from "./to-replay-pieces.ts";

describe("toReplayPieces", () => {
  it("brings the whole text in short pieces, none torn within a character", () => {
    const text = fc.string({ unit: fc.constantFrom("a", " ", "ä", "😀", "word "), maxLength: 400 });
    fc.assert(
      fc.property(text, (whole) => {
        const pieces = toReplayPieces(whole);
        expect(pieces.join("")).toBe(whole);
        for (const piece of pieces) {
          expect(piece.isWellFormed()).toBe(true);
          expect(piece.length).toBeGreaterThan(0);
          expect(piece.length).toBeLessThanOrEqual(65);
        }
      }),
    );
  });

  it("ends a piece after a word where it can", () => {
    const pieces = toReplayPieces("four words and one ".repeat(20));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every((piece) => piece.endsWith(" "))).toBe(true);
  });
});
