import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAligner } from "./create-aligner.ts";

const word = fc.constantFrom("a", "b", " ", "the queue ", "waits ", "👩‍🚀", "ab");
const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(""));
const attempt = fc.array(text, { maxLength: 4 });

function run(attempts: string[][], mayJoin: boolean) {
  const aligner = createAligner({ mayJoin });
  let sent = "";
  for (const [n, pieces] of attempts.entries()) for (const piece of pieces) sent += aligner.add(n + 1, piece);
  const whole = attempts.at(-1)?.join("") ?? "";
  const rest = aligner.finish(whole);
  return { whole, sent, text: rest === undefined ? undefined : sent + rest };
}

describe("an aligner", () => {
  it("sends exactly the text that stands, or says that it cannot", () => {
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 4 }), (attempts) => {
        const { whole, sent, text: got } = run(attempts, false);
        if (got !== undefined) expect(got).toBe(whole);
        else expect(whole.startsWith(sent)).toBe(false);
      }),
    );
  });

  it("joins only where the end of what was sent comes once in the text that stands", () => {
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 4 }), (attempts) => {
        const { whole, sent, text: got } = run(attempts, true);
        if (got === undefined || got === whole) return;
        const anchor = sent.slice(-32);
        expect(anchor).toHaveLength(32);
        expect(whole.split(anchor)).toHaveLength(2);
        expect(got.endsWith(whole.slice(whole.indexOf(anchor)))).toBe(true);
      }),
    );
  });

  it("sends every piece of a first attempt at once", () => {
    fc.assert(
      fc.property(attempt, (pieces) => {
        const aligner = createAligner({ mayJoin: true });
        expect(pieces.map((piece) => aligner.add(1, piece))).toEqual(pieces);
      }),
    );
  });

  it("knows each attempt's whole text, whichever of them goes on", () => {
    const piece = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constantFrom("a", "aa"));
    const spoken = fc.array(piece, { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(spoken, (pieces) => {
        const aligner = createAligner({ mayJoin: false });
        const texts = ["", "", "", ""];
        let sent = "";
        for (const [attempt, piece] of pieces) {
          const text = (texts[attempt] ?? "") + piece;
          texts[attempt] = text;
          const goesOn = text.length > sent.length && text.startsWith(sent);
          expect(aligner.add(attempt, piece)).toBe(goesOn ? text.slice(sent.length) : "");
          sent = goesOn ? text : sent;
        }
      }),
    );
  });

  it("passes on what comes after a text that is said again, as it comes", () => {
    const aligner = createAligner({ mayJoin: false });
    aligner.add(1, "one two");
    expect(["one", " tw", "o three", " four"].map((piece) => aligner.add(2, piece))).toEqual([
      "",
      "",
      " three",
      " four",
    ]);
  });

  it("says that a shorter text cannot follow on a longer one", () => {
    const aligner = createAligner({ mayJoin: true });
    aligner.add(1, "one two three");
    expect(aligner.finish("one two")).toBeUndefined();
  });
});
