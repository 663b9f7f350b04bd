import { describe, expect, it } from "vitest";
import { findImports, withoutComments } from "./find-imports.ts";

describe("findImports", () => {
  it.each([
    ['import "./a.ts";', false],
    ['import a from "./a.ts";', false],
    ['import * as a from "./a.ts";', false],
    ['import a, { b, type C } from "./a.ts";', false],
    ['import {\n  a,\n  b as c,\n} from "./a.ts";', false],
    ["import { a } from './a.ts'", false],
    ['import data from "./a.ts" with { type: "json" };', false],
    ['import type { A } from "./a.ts";', true],
    ['import type from "./a.ts";', false],
    ['export * from "./a.ts";', false],
    ['export * as a from "./a.ts";', false],
    ['export { a, type B } from "./a.ts";', false],
    ['export type { A } from "./a.ts";', true],
    ['const a = await import("./a.ts");', false],
    ["const a = () => import(`./a.ts`).then((a) => a.b);", false],
    ['type A = import("./a.ts").A;', true],
    ['type A = typeof import("./a.ts");', true],
    ['const half = count / 2; const a = await import("./a.ts"); // 1 / 2', false],
    ['const quote = /["\'`]/; import("./a.ts");', false],
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are sources, not templates.
    ["const text = `${a ? `'` : ''}`; import('./a.ts');", false],
    ["const text = `'$ ${{ a: '}' }}' ${b}`; import('./a.ts');", false],
    ["const text = `'${await import('./a.ts')}`;", false],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: these are sources, not templates.
  ])("sees %j, and whether it is for types only", (source, typeOnly) => {
    expect(findImports(source).map(({ specifier, typeOnly }) => ({ specifier, typeOnly }))).toEqual([
      { specifier: "./a.ts", typeOnly },
    ]);
  });

  it.each([
    '// import "./a.ts"',
    '/* import "./a.ts"\n */',
    "const text = 'import \"./a.ts\"';",
    'const text = `\nimport "./a.ts";\n`;',
    'const url = import.meta.resolve("./a.ts");',
    'loader.import("./a.ts");',
    'const map = { import: 1, from: "./a.ts" };',
    'export const from = "./a.ts";',
    'export { a };\nconst from = "./a.ts";',
    'export default { from: "./a.ts" };',
  ])("sees none in %j", (source) => {
    expect(findImports(source)).toEqual([]);
  });

  it("counts lines through comments and templates", () => {
    const source = '/* a\n b */\nconst text = `\n\n`;\nimport "./a.ts";\n\nimport "./b.ts";';
    expect(findImports(source).map(({ line }) => line)).toEqual([6, 8]);
  });
});

describe("withoutComments", () => {
  it("blanks comments, keeps text that looks like one, and keeps the lines", () => {
    expect(withoutComments('a; // b\nc("//d"); /* e\nf */ g')).toBe('a;     \nc("//d");     \n     g');
  });
});
