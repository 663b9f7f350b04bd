import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJoint, joinText } from "./join-text.ts";

/** Texts in which no piece of a dozen characters comes twice. */
const numbered = fc
  .integer({ min: 0, max: 60 })
  .map((count) => Array.from({ length: count }, (_, index) => `word${index * 7919}`).join(" "));

/** Texts in which much comes again and again. */
const repetitive = fc
  .array(fc.constantFrom("a", "b", " ", "\n", "ab ab ", "the same again "), { maxLength: 60 })
  .map((pieces) => pieces.join(""));

const cut = (text: string, at: number) => [text.slice(0, at), text.slice(at)] as const;

describe("joinText", () => {
  it("makes the whole text again, whatever of its end the continuation repeats", () => {
    fc.assert(
      fc.property(numbered, fc.nat(), fc.nat({ max: 400 }), (text, place, repeated) => {
        const [delivered] = cut(text, place % (text.length + 1));
        const sent = delivered.trimEnd();
        const again = Math.min(repeated, sent.length);
        const said = again < 12 ? 0 : again;
        const continuation = text.slice(sent.length - said);
        expect(delivered + joinText(delivered, continuation)).toBe(text);
      }),
    );
  });

  it("makes the whole text again when the continuation repeats all of it", () => {
    fc.assert(
      fc.property(numbered, fc.nat(), (text, place) => {
        const [delivered] = cut(text, place % (text.length + 1));
        fc.pre(delivered.trimEnd().length >= 12);
        expect(delivered + joinText(delivered, text)).toBe(text);
      }),
    );
  });

  it("adds nothing that the continuation does not end with", () => {
    fc.assert(
      fc.property(repetitive, repetitive, (delivered, continuation) => {
        expect(continuation.endsWith(joinText(delivered, continuation))).toBe(true);
      }),
    );
  });

  it("keeps a short repetition, which the model may mean", () => {
    expect(joinText("ha ha", " ha ha")).toBe(" ha ha");
  });

  it.each([
    ["One two ", "three", "three"],
    ["One two ", " three", "three"],
    ["One two\n\n", "\nThree", "Three"],
    ["One two ", "\nThree", "\nThree"],
    ["One two", " three", " three"],
  ])("joins %j and %j at one white space", (delivered, continuation, added) => {
    expect(joinText(delivered, continuation)).toBe(added);
  });
});

describe("createJoint", () => {
  it("passes on in pieces what joinText gives for the whole, however it comes", () => {
    const text = fc.oneof(numbered, repetitive);
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 });
    const echoes = fc.tuple(text, text, fc.boolean(), fc.nat({ max: 500 }));
    fc.assert(
      fc.property(echoes, sizes, ([delivered, rest, isWhole, overlap], widths) => {
        const said = isWhole ? delivered : delivered.trimEnd().slice(-overlap || delivered.length);
        const continuation = said + rest;
        const passed: string[] = [];
        const joint = createJoint(delivered, (piece) => passed.push(piece));
        for (let at = 0, turn = 0; at < continuation.length; turn++) {
          const width = widths[turn % widths.length] ?? 1;
          joint.write(continuation.slice(at, at + width));
          at += width;
        }
        const all = joint.end();
        expect(all).toBe(joinText(delivered, continuation));
        expect(passed.join("")).toBe(all);
        expect(passed).not.toContain("");
      }),
      { numRuns: 500 },
    );
  });

  it("holds nothing back of a continuation that plainly goes on", () => {
    const passed: string[] = [];
    const joint = createJoint("The quick brown fox", (piece) => passed.push(piece));
    joint.write(" jumps");
    joint.write(" over");
    expect(passed).toEqual([" jumps", " over"]);
  });
});
