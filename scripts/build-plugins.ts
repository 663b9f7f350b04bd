import { readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

/** Refuses packages that only play or measure, and must never be deployed. */
export const refuseForbidden: Plugin = {
  name: "refuse-forbidden",
  setup({ onResolve }) {
    onResolve({ filter: /^(@copilotkit\/aimock|vitest|fast-check)(\/|$)/ }, ({ path, importer }) => ({
      errors: [{ text: `${importer} imports "${path}", which must never be deployed.` }],
    }));
  },
};

/**
 * `import { z } from "zod"` takes all of zod along, its messages in fifty languages included; `import * as z` only what is
 * used. The two mean the same.
 */
export const shakeZod: Plugin = {
  name: "shake-zod",
  setup({ onLoad }) {
    onLoad({ filter: /\/(shared|functions)\/.*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace(/^import \{ z \} from "zod";$/m, 'import * as z from "zod";');
      return contents === text ? undefined : { contents, loader: "ts" };
    });
  },
};

/**
 * `import()` of a package in CommonJS gives its names, as in Node: a chunk of esbuild's own would have its default alone. The
 * names are those that Node finds in it.
 */
export const nameLazily: Plugin = {
  name: "name-lazily",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[@a-z]/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (kind !== "dynamic-import" || pluginData === "resolved") return undefined;
      const found = await resolve(path, { kind, resolveDir, importer, pluginData: "resolved" });
      if (found.external || found.errors.length > 0 || !isCommonJs(found.path)) return undefined;
      return { path: found.path, namespace: "named" };
    });
    onLoad({ filter: /.*/, namespace: "named" }, async ({ path }) => {
      const names = Object.keys(await import(pathToFileURL(path).href)).filter(
        (name) => name !== "default" && name !== "module.exports",
      );
      const from = JSON.stringify(path);
      const contents = `export { ${names.join(", ")} } from ${from};\nexport default require(${from});`;
      return { contents, resolveDir: dirname(path), loader: "js" };
    });
  },
};

function isCommonJs(path: string): boolean {
  if (extname(path) !== ".js") return extname(path) === ".cjs";
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const type = readType(join(folder, "package.json"));
    if (type !== undefined) return type !== "module";
  }
  return true;
}

function readType(file: string): string | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")).type ?? "commonjs";
  } catch {
    return undefined;
  }
}

/** @google-cloud/tasks reads JSON beside its own files, which a bundle leaves behind: it becomes part of the code. */
export const inlineTasksJson: Plugin = {
  name: "inline-tasks-json",
  setup({ onLoad }) {
    onLoad({ filter: /@google-cloud\/tasks\/build\/esm\/src\/v\w+\/.*_client\.js$/ }, ({ path }) => {
      const read = (parts: string) => {
        const segments = parts.split(/,\s*/).map((part) => part.slice(1, -1));
        return `(${readFileSync(join(dirname(path), ...segments), "utf8")})`;
      };
      const contents = readFileSync(path, "utf8").replace(
        /getJSON\(path\.join\(dirname, ([^()]+)\)\)/g,
        (_, parts: string) => read(parts),
      );
      return { contents, loader: "js" };
    });
  },
};
