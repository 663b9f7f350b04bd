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
      platform: "embedded",
      database: "(default)",
      topic: "task-events",
      traceRatio: 0.1,
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
    ["CONEA_PLATFORM", "gcp"],
    ["CONEA_PROJECT", "Demo Project"],
    ["CONEA_REGION", "europe"],
    ["CONEA_BLOB_DAYS", "0"],
    ["CONEA_BLOB_DAYS", "1.5"],
    ["CONEA_DATABASE", "(other)"],
    ["CONEA_WORKER_URL", "http://worker.example.com"],
    ["CONEA_WORKER_URL", "http://127.0.0.1.example.com/"],
    ["CONEA_WORKER_URL", "https://user:pass@worker.example.com/"],
    ["CONEA_WORKER_URL", "https://worker.example.com/?key=1"],
    ["CONEA_WAKES_SERVICE_ACCOUNT", "ann@example.com"],
    ["CONEA_TOPIC", "projects/p/topics/t"],
    ["CONEA_BUCKET", "gs://bucket"],
    ["CONEA_TASKS_ENDPOINT", "cloudtasks.googleapis.com:443"],
    ["CONEA_SECRETS_ENDPOINT", "http://127.0.0.1:1"],
    ["CONEA_TRACE_ENDPOINT", "collector:4318"],
    ["CONEA_TRACE_RATIO", "1.5"],
    ["CONEA_TRACE_RATIO", "-0"],
  ])("names %s in the sentence that refuses %j", (variable, value) => {
    expect(refusal({ [variable]: value })).toMatch(new RegExp(`^The setting ${variable} must be `));
  });

  it("shows no value it refuses, since that may be a key", () => {
    for (const { variable } of settingsTable) expect(refusal({ [variable]: "\n sk-" })).not.toContain("sk-");
  });
});

describe("readSettings for google", () => {
  const google = {
    CONEA_PLATFORM: "google",
    CONEA_PROJECT: "demo-project",
    CONEA_REGION: "europe-west1",
    CONEA_WORKER_URL: "https://worker-abc.a.run.app",
    CONEA_WAKES_SERVICE_ACCOUNT: "wakes@demo-project.iam.gserviceaccount.com",
    CONEA_BUCKET: "demo-project-files",
  };

  it("takes what Google needs, and stand-ins on this machine", () => {
    const settings = readSettings({
      ...google,
      CONEA_TASKS_ENDPOINT: "127.0.0.1:8123",
      CONEA_TRACE_ENDPOINT: "http://127.0.0.1:4318/v1/traces",
      CONEA_TRACE_RATIO: "0.25",
    });
    expect(settings).toMatchObject({
      platform: "google",
      project: "demo-project",
      tasksEndpoint: "127.0.0.1:8123",
      traceEndpoint: "http://127.0.0.1:4318/v1/traces",
      traceRatio: 0.25,
    });
  });

  it.each(Object.keys(google).filter((name) => name !== "CONEA_PLATFORM"))(
    "names %s in the sentence that stops a start without it",
    (variable) => {
      expect(refusal({ ...google, [variable]: "" })).toMatch(
        new RegExp(`^The setting ${variable} must be set where CONEA_PLATFORM is google, to `),
      );
    },
  );
});

describe("settingsTable", () => {
  it("lists defaults that are read as such", () => {
    const defaults = Object.fromEntries(settingsTable.map((setting) => [setting.variable, setting.default]));
    expect(readSettings(defaults)).toEqual(readSettings({}));
  });
});
