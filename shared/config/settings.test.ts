import { describe, expect, it } from "vitest";
import { readSettings, settingsTable } from "./settings.ts";
import { SettingsError } from "./settings-error.ts";

function refusal(environment: Record<string, string>): string {
  try {
    readSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

describe("readSettings", () => {
  it("starts from nothing", () => {
    expect(readSettings({})).toEqual({
      port: 8080,
      configPath: "conea.yaml",
      dataDir: ".conea",
      localApiKey: "local-dev-key",
      environment: "local",
      logLevel: "info",
      logFormat: "auto",
    });
  });

  it("takes what is set, and an empty variable for unset", () => {
    const settings = readSettings({
      PORT: "0",
      CONEA_LOG_LEVEL: "",
      CONEA_ENVIRONMENT: "production",
      HOME: "/",
    });
    expect(settings).toMatchObject({ port: 0, logLevel: "info", environment: "production" });
  });

  it.each(["eighty", "-1", "65536", "80.5", "0x50", "1e3", " ", "8080 "])("refuses %j as a port", (PORT) => {
    expect(refusal({ PORT })).toBe(
      "The setting PORT must be a whole number from 0 to 65535. Port to listen on; 0 picks a free one.",
    );
  });

  it.each([
    ["CONEA_CONFIG", "   "],
    ["CONEA_DATA_DIR", "\t"],
    ["CONEA_ENVIRONMENT", "prod"],
    ["CONEA_LOG_LEVEL", "INFO"],
    ["CONEA_LOG_FORMAT", "pretty"],
    ["CONEA_LOCAL_API_KEY", "short"],
    ["CONEA_LOCAL_API_KEY", "with a space"],
    ["CONEA_LOCAL_API_KEY", "line\nbreak"],
  ])("names %s in the sentence that refuses %j", (variable, value) => {
    expect(refusal({ [variable]: value })).toMatch(new RegExp(`^The setting ${variable} must be `));
  });

  it("shows no value it refuses, since that may be a key", () => {
    for (const { variable } of settingsTable) expect(refusal({ [variable]: "\n sk-" })).not.toContain("sk-");
  });
});

describe("settingsTable", () => {
  it("lists defaults that are read as such", () => {
    const defaults = Object.fromEntries(settingsTable.map((setting) => [setting.variable, setting.default]));
    expect(readSettings(defaults)).toEqual(readSettings({}));
  });
});
