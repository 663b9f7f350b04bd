import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { parsedPath, toParsedText } from "../shared/config/parsed-config.ts";
import { readConfig } from "../shared/config/read-config.ts";
import { inlineTasksJson, nameLazily, refuseForbidden, shakeZod } from "./build-plugins.ts";

/** Bytes of the entry file, of what it loads at start (itself included), and of everything, source maps aside. */
export type BuiltFunction = {
  name: string;
  entryBytes: number;
  startBytes: number;
  allBytes: number;
  /** The source files of which something is loaded at start. */
  startFiles: string[];
};

/** Bundled, the framework would be a second copy, and the functions would register with the wrong one. */
const framework = "@google-cloud/functions-framework";

/**
 * Bundles every folder of `functions/` below `root` that has an index.ts into `outDir/<name>/`: index.js, its lazily
 * loaded chunks, source maps, a package.json and the root's conea.yaml. What was in `outDir` is removed first. Throws when one cannot be built.
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
    // What packages in CommonJS use, and ES modules lack.
    banner: { js: commonJs },
    plugins: [refuseForbidden, shakeZod, nameLazily, inlineTasksJson],
    logLevel: "silent",
  });
  writeFileSync(join(folder, "package.json"), toPackage(root, name));
  writeConfig(root, folder);
  return { name, ...measure(metafile) };
}

const commonJs =
  'import{createRequire as conea_}from"node:module";' +
  "const require=conea_(import.meta.url),__dirname=import.meta.dirname,__filename=import.meta.filename;";

/** Beside the file goes what it says, parsed, so that a start need not parse it. A wrong one fails the build. */
function writeConfig(root: string, folder: string): void {
  const source = join(root, "conea.yaml");
  if (!existsSync(source)) return;
  const text = readFileSync(source, "utf8");
  const file = join(folder, "conea.yaml");
  writeFileSync(file, text);
  writeFileSync(parsedPath(file), toParsedText(text, readConfig(text, "conea.yaml")));
}

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
  const atStart = [...loadedWith(outputs, entry, new Set())];
  return {
    entryBytes: bytesOf(outputs, [entry]),
    startBytes: bytesOf(outputs, atStart),
    allBytes: bytesOf(outputs, code),
    startFiles: atStart.flatMap((path) => Object.keys(outputs[path]?.inputs ?? {})),
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
