import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findConfigFile } from "./find-config-file.ts";
import { toParsedText } from "./parsed-config.ts";
import { readConfig } from "./read-config.ts";
import { readConfigFile } from "./read-config-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "conea-config-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function readText(text: string) {
  const file = join(folder, "conea.yaml");
  await writeFile(file, text);
  return readConfigFile(file).catch((error: Error) => error.message.replace(file, "FILE"));
}

const yaml = "providers:\n  main: { kind: openai, apiKey: secret:KEY }";

describe("readConfigFile", () => {
  it("reads the file where it was not parsed before", async () => {
    expect(await readText(yaml)).toHaveProperty("providers.main.apiKey", "KEY");
    expect(await readText("providers: {}\nretry: { attempts: 0 }")).toBe(
      "FILE: retry.attempts is wrong: Too small: expected number to be >=1.",
    );
  });

  it("takes what the build has parsed from the same text, and nothing that it parsed from another", async () => {
    const config = { ...readConfig(yaml, "conea.yaml"), models: {}, marker: "parsed before" };
    await writeFile(join(folder, "conea.parsed.json"), toParsedText(yaml, config));
    expect(await readText(yaml)).toEqual(config);
    expect(await readText(`${yaml}\n`)).toEqual(readConfig(yaml, "conea.yaml"));
  });

  it("names the setting when there is no such file", async () => {
    await expect(readConfigFile(join(folder, "none.yaml"))).rejects.toThrow(
      /^The setting CONEA_CONFIG names .*none\.yaml, which cannot be read\.$/,
    );
  });
});

describe("findConfigFile", () => {
  it("finds the file beside a bundle, and else where the process was started", async () => {
    expect(findConfigFile("conea.yaml", folder)).toBe("conea.yaml");
    await writeFile(join(folder, "conea.yaml"), "");
    expect(findConfigFile("conea.yaml", folder)).toBe(join(folder, "conea.yaml"));
    expect(findConfigFile("/etc/conea.yaml", folder)).toBe("/etc/conea.yaml");
  });
});
