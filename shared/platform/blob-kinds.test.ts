import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agedEnds, type BlobEnd, blobKinds } from "./blob-kinds.ts";

const storage = readFileSync(join(import.meta.dirname, "../../terraform/storage.tf"), "utf8");

/** The suffixes that a rule of the bucket deletes, by the days after which it does. */
function readRules(): Record<string, number> {
  const rules = storage.split("lifecycle_rule {").map((text) => ({
    days: Number(/\bage\s*=\s*(\d+)/.exec(text)?.[1]),
    suffixes: /matches_suffix\s*=\s*\[([^\]]*)\]/.exec(text)?.[1] ?? "",
  }));
  const named = rules.flatMap(({ days, suffixes }) =>
    [...suffixes.matchAll(/"([^"]+)"/g)].map(([, suffix = ""]): [string, number] => [suffix, days]),
  );
  return Object.fromEntries(named);
}

describe("every kind of blob", () => {
  it("that ends by its age does so by a rule of the bucket, after as many days", () => {
    expect(readRules()).toEqual(Object.fromEntries(agedEnds.map(({ suffix, days }) => [suffix, days])));
  });

  it("that does not can be ended by the operator", () => {
    expect(storage).toContain("for_each = var.blobs.days == null ? [] : [var.blobs.days]");
  });

  it("lies in a folder, and ends by a suffix, of its own", () => {
    const folders = Object.values(blobKinds).map(({ folder }) => folder);
    expect(new Set(folders).size).toBe(folders.length);
    const ends: BlobEnd[] = Object.values(blobKinds).map(({ end }) => end);
    const suffixes = ends.flatMap((end) => (end.by === "age" ? [end.suffix] : []));
    expect(new Set(suffixes).size).toBe(suffixes.length);
  });
});
