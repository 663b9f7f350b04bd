import { describe, expect, it } from "vitest";
import { findPrice, type PriceBook, type PriceQuestion, type ShippedPrice } from "./find-price.ts";

const shipped: ShippedPrice[] = [
  ["2026-01-01", 1],
  ["2026-06-01", 2],
].map(([effectiveFrom, inputMicros]) => ({
  kind: "openai",
  names: ["gpt", "gpt-dated"],
  tier: "standard",
  effectiveFrom: String(effectiveFrom),
  price: { inputMicros: Number(inputMicros) },
  source: "https://example.com",
  readOn: "2026-06-02",
}));
const rows: PriceBook["rows"] = new Map([
  ["m", [{ tier: "standard", effectiveFrom: "2026-09-01T00:00:00.000Z", price: { inputMicros: 3 } }]],
]);

const ask = (question: Partial<PriceQuestion> = {}, book: PriceBook = { rows: new Map(), shipped }) =>
  findPrice(book, {
    model: "m",
    kind: "openai",
    name: "gpt",
    at: Date.parse("2026-10-01"),
    tier: "standard",
    ...question,
  })?.price.inputMicros;

describe("the price of a call", () => {
  it("is the latest that was in force when it started", () => {
    expect(ask({ at: Date.parse("2026-05-31T23:59:59.999Z") })).toBe(1);
    expect(ask({ at: Date.parse("2026-06-01T00:00:00.000Z") })).toBe(2);
    expect(ask({ at: Date.parse("2025-12-31") })).toBeUndefined();
  });

  it("is what was set over HTTP, else the catalogue's, else what is shipped", () => {
    const book = { rows, shipped };
    expect(ask({ catalogued: { inputMicros: 9 } }, book)).toBe(3);
    expect(ask({ catalogued: { inputMicros: 9 }, at: Date.parse("2026-08-31") }, book)).toBe(9);
    expect(ask({ at: Date.parse("2026-08-31") }, book)).toBe(2);
  });

  it("is the vendor's by the vendor's name of the model, to the letter", () => {
    expect(ask({ name: "gpt-dated" })).toBe(2);
    expect(ask({ name: "gpt-2" })).toBeUndefined();
    expect(ask({ kind: "anthropic" })).toBeUndefined();
  });

  it("is not the vendor's at another server that speaks its protocol", () => {
    expect(ask({ kind: undefined })).toBeUndefined();
    expect(ask({ kind: undefined, catalogued: { inputMicros: 0 } })).toBe(0);
  });

  it("belongs to a tier: what an entry of the catalogue says is the standard one", () => {
    expect(ask({ tier: "batch" })).toBeUndefined();
    expect(ask({ tier: "batch", catalogued: { inputMicros: 9 } })).toBeUndefined();
    const batch = shipped.map((row) => ({ ...row, tier: "batch" as const, price: { inputMicros: 5 } }));
    expect(ask({ tier: "batch" }, { rows: new Map(), shipped: [...shipped, ...batch] })).toBe(5);
  });
});
