import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildFunctions } from "./build-functions.ts";

let root: string;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const build = () => buildFunctions({ root, outDir: join(root, "dist") });
const read = (path: string) => readFileSync(join(root, "dist", path), "utf8");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "conea-build-"));
  write(
    "package.json",
    '{"engines":{"node":">=24"},"dependencies":{"@google-cloud/functions-framework":"5.0.5"}}',
  );
  write("shared/sdk.ts", 'export const answer = (): string => "from the sdk";');
  write("shared/old.cjs", 'module.exports = { separator: require("node:path").sep };');
  write(
    "functions/api/index.ts",
    `import old from "../../shared/old.cjs";
     const { answer } = await import("../../shared/sdk.ts");
     console.log(old.separator, answer());`,
  );
  write("functions/api/function.yaml", "");
  write("functions/notes/README.md", "");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("buildFunctions", () => {
  it("makes one bundle for each folder with an index.ts, and it runs", async () => {
    const built = await build();
    expect(built.map(({ name }) => name)).toEqual(["api"]);
    expect(execFileSync(process.execPath, [join(root, "dist/api/index.js")], { encoding: "utf8" })).toBe(
      "/ from the sdk\n",
    );
  });

  it("keeps what is imported lazily out of what is loaded at start", async () => {
    const [api] = await build();
    expect(read("api/index.js")).not.toContain("from the sdk");
    expect(readdirSync(join(root, "dist/api/chunks")).join(" ")).toMatch(/sdk-\w+\.js sdk-\w+\.js\.map/);
    expect(api?.startBytes).toBeGreaterThanOrEqual(api?.entryBytes ?? Number.NaN);
    expect(api?.allBytes).toBeGreaterThan(api?.startBytes ?? Number.NaN);
  });

  it("leaves the Functions Framework to the package.json it writes", async () => {
    write(
      "functions/api/index.ts",
      'import { http } from "@google-cloud/functions-framework";\nhttp("main", () => {});',
    );
    await build();
    expect(read("api/index.js")).toContain('from"@google-cloud/functions-framework"');
    expect(JSON.parse(read("api/package.json"))).toEqual({
      name: "conea-api",
      private: true,
      type: "module",
      main: "index.js",
      engines: { node: ">=24" },
      dependencies: { "@google-cloud/functions-framework": "5.0.5" },
    });
  });

  it("gives the names of a package in CommonJS that is loaded lazily, as Node does", async () => {
    write("node_modules/old/package.json", '{"name":"old","main":"index.js"}');
    write("node_modules/old/index.js", "exports.where = __dirname; exports.answer = () => 42;");
    write(
      "functions/api/index.ts",
      'const { answer, where, default: all } = await import("old"); console.log(answer(), all.answer(), where);',
    );
    await build();
    const printed = execFileSync(process.execPath, [join(root, "dist/api/index.js")], { encoding: "utf8" });
    expect(printed).toBe(`42 42 ${join(root, "dist/api/chunks")}\n`);
  });

  it("keeps of zod what is used, and none of its translations", async () => {
    symlinkSync(join(import.meta.dirname, "../node_modules"), join(root, "node_modules"));
    write("shared/name.ts", 'import { z } from "zod";\nexport const Name = z.string();');
    write(
      "functions/api/index.ts",
      'import { Name } from "../../shared/name.ts"; console.log(Name.parse("a"));',
    );
    const [api] = await build();
    expect(api?.startFiles.filter((file) => file.includes("locales")).length).toBeLessThan(2);
    expect(api?.startBytes).toBeLessThan(200_000);
    const printed = execFileSync(process.execPath, [join(root, "dist/api/index.js")], { encoding: "utf8" });
    expect(printed).toBe("a\n");
  });

  it("brings the root's conea.yaml along, and refuses a wrong one", async () => {
    write("conea.yaml", "providers: # none\n  main: { kind: openai, apiKey: secret:KEY }");
    await build();
    expect(read("api/conea.yaml")).toContain("# none");
    const { config } = JSON.parse(read("api/conea.parsed.json"));
    expect(config).toMatchObject({ providers: { main: { apiKey: "KEY" } }, retry: { attempts: 3 } });
    write("conea.yaml", "provider: {}");
    await expect(build()).rejects.toThrow('conea.yaml: the whole has no place for "provider"');
  });

  it("maps the code back to its source", async () => {
    await build();
    expect(JSON.parse(read("api/index.js.map")).sources).toContain("../../functions/api/index.ts");
  });

  it("refuses a package that only plays, however far it is imported", async () => {
    write("shared/sdk.ts", 'export const answer = () => import("@copilotkit/aimock");');
    await expect(build()).rejects.toThrow(
      /sdk\.ts imports "@copilotkit\/aimock", which must never be deployed/,
    );
  });

  it("leaves nothing of an earlier build", async () => {
    write("dist/gone/index.js", "");
    await build();
    expect(readdirSync(join(root, "dist"))).toEqual(["api"]);
  });
});
