import fc from "fast-check";
import { expect, it } from "vitest";
import { acceptWrites } from "./accept-writes.ts";
import { type Fields, InvalidDocument } from "./documents.ts";
import { isSurelySmall, maxDocumentBytes, measureDocument, weighDocument } from "./measure-document.ts";

const path = "things/one";

it("measures documents as Firestore does", () => {
  const name = path.length + 1 + 16;
  const fields = 5 + 3 + (2 + 8) + (4 + 1) + (3 + 1) + 2 + 2 + 16;
  const data = { text: "é", n: 1, yes: true, no: null, m: { k: [1, 2] } };
  expect(measureDocument(path, data)).toBe(name + 32 + fields);
});

it("weighs no document less than a third of what it measures", () => {
  const text = fc.string({ unit: "grapheme" });
  const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  const map = fc.dictionary(text, fc.oneof(value, fc.array(value), fc.dictionary(text, value)));
  fc.assert(
    fc.property(map, (data) => {
      const fields = data as Fields;
      expect(measureDocument(path, fields)).toBeLessThanOrEqual(3 * weighDocument(path, fields));
    }),
  );
});

it("refuses what is too large whatever its letters weigh, and takes what is not", () => {
  const room = maxDocumentBytes - measureDocument(path, { a: "", b: "" });
  for (const letter of ["a", "é", "€", "😀"]) {
    const bytes = Buffer.byteLength(letter);
    const half = letter.repeat(Math.floor(room / 2 / bytes));
    const rest = "a".repeat(room - 2 * Buffer.byteLength(half));
    const full = { a: half, b: half + rest };
    expect(isSurelySmall(weighDocument(path, full))).toBe(false);
    expect(() => acceptWrites([{ op: "create", path, data: full }])).not.toThrow();
    const over = { ...full, a: `${half}a` };
    expect(() => acceptWrites([{ op: "create", path, data: over }])).toThrow(InvalidDocument);
  }
});
