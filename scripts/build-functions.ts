import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";

/** Bytes of the entry file, of what it loads at start (itself included), and of everything, source maps aside. */
export type BuiltFunction = { name: string; entryBytes: number; startBytes: number; allBytes: number };

/** Bundled, the framework would be a second copy, and the functions would register with the wrong one. */
const framework = "@google-cloud/functions-framework";

/** Packages that only play or measure, and must never be deployed. */
const forbidden = /^(@copilotkit\/aimock|vitest|fast-check)(\/|$)/;

/**
 * Bundles every folder of `functions/` below `root` that has an index.ts into `outDir/<name>/`: index.js, its lazily
 * loaded chunks, source maps and a package.json. What was in `outDir` is removed first. Throws when one cannot be built.
 */
export async function buildFunctions({
  root,
  outDir,
}: {
  root: string;
  outDir: string;
}): Promise<BuiltFunction[]> {
  rmSync(outDir, { recursive: true, force: true });
  const names = globSync("functions/*/index.ts", { cwd: root }).map((path) => path.split(/[\\/]/)[1] ?? "");
  return Promise.all(names.sort().map((name) => buildFunction(root, outDir, name)));
}

async function buildFunction(root: string, outDir: string, name: string): Promise<BuiltFunction> {
  const folder = join(outDir, name);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, "functions", name, "index.ts")],
    outdir: folder,
    entryNames: "index",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    // A chunk for each `import()`: one bundle would load every vendor's SDK at each cold start.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    metafile: true,
    external: [framework],
    // Packages in CommonJS call `require`, which ES modules lack.
    banner: { js: 'import{createRequire as conea_}from"node:module";const require=conea_(import.meta.url);' },
    plugins: [refuseForbidden],
    logLevel: "silent",
  });
  writeFileSync(join(folder, "package.json"), toPackage(root, name));
  return { name, ...measure(metafile) };
}

const refuseForbidden: Plugin = {
  name: "refuse-forbidden",
  setup({ onResolve }) {
    onResolve({ filter: forbidden }, ({ path, importer }) => ({
      errors: [{ text: `${importer} imports "${path}", which must never be deployed.` }],
    }));
  },
};

function toPackage(root: string, name: string): string {
  const { dependencies, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const content = {
    name: `conea-${name}`,
    private: true,
    type: "module",
    main: "index.js",
    engines,
    dependencies: { [framework]: dependencies[framework] },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function measure({ outputs }: Metafile): Omit<BuiltFunction, "name"> {
  const entry =
    Object.keys(outputs).find((path) => path.endsWith("/index.js") && !path.includes("/chunks/")) ?? "";
  const code = Object.keys(outputs).filter((path) => path.endsWith(".js"));
  return {
    entryBytes: bytesOf(outputs, [entry]),
    startBytes: bytesOf(outputs, loadedWith(outputs, entry, new Set())),
    allBytes: bytesOf(outputs, code),
  };
}

/** The outputs that run before the entry's own code does. */
function loadedWith(outputs: Metafile["outputs"], path: string, found: Set<string>): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const { kind, path: next, external } of outputs[path]?.imports ?? []) {
    if (kind === "import-statement" && !external) loadedWith(outputs, next, found);
  }
  return found;
}

function bytesOf(outputs: Metafile["outputs"], paths: Iterable<string>): number {
  return [...paths].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
}
