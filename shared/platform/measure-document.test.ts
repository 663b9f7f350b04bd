import fc from "fast-check";
import { expect, it } from "vitest";
import { acceptWrites } from "./accept-writes.ts";
import type { Fields } from "./documents.ts";
import { applyWrite } from "./embedded/apply-write.ts";
import { measureChange, measureDocument } from "./measure-document.ts";

const path = "things/one";
const name = fc.constantFrom("a", "b", "c", "d", "e", "f", "ü", "üü", "deleteAt", "a.b");
const value = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(["x", 1, { y: null }]),
  fc.constant({ x: "ü", y: { z: [true] } }),
);
const fields = fc.dictionary(name, value).map((given) => ({
  ...given,
  ...("deleteAt" in given && { deleteAt: "2026-01-01T00:00:00Z" }),
}));

function read(data: object): Fields {
  const { "a.b": _, ...plain } = data as Fields;
  const [write] = acceptWrites([{ op: "create", path, data: plain }]);
  return write?.op === "create" ? write.data : {};
}

it("measures a change of a document as the whole of it, wherever it can", () => {
  let known = 0;
  fc.assert(
    fc.property(fields, fields, fc.uniqueArray(name), (before, changed, removed) => {
      const data = read(before);
      const removes = removed.filter((one) => !(one in changed) && !(one === "a.b" && "a" in changed));
      const apart = Object.fromEntries(
        Object.entries(changed).filter(([one]) => one !== "a" || !("a.b" in changed)),
      );
      fc.pre(
        !(removes.includes("a") && "a.b" in apart) && !(removes.includes("a") && removes.includes("a.b")),
      );
      const [write] = acceptWrites([{ op: "update", path, fields: apart, removes }]);
      if (write?.op !== "update") return;
      const bytes = measureChange({ data, bytes: measureDocument(path, data) }, write);
      if (bytes === undefined) return;
      known += 1;
      expect(bytes).toBe(measureDocument(path, applyWrite(data, write) ?? {}));
    }),
  );
  expect(known).toBeGreaterThan(10);
});
