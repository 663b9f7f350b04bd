import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { FunctionManifest } from "./function-manifest.ts";

const folders = readdirSync("functions", { withFileTypes: true }).filter((entry) => entry.isDirectory());
const read = (name: string) => parse(readFileSync(`functions/${name}/function.yaml`, "utf8"));

const isPublic = ({ trigger }: FunctionManifest) => trigger.type === "http" && trigger.public;

describe("function manifests", () => {
  it.each(folders.map(({ name }) => name))("describes %s completely", (name) => {
    expect(FunctionManifest.safeParse(read(name)).error).toBeUndefined();
  });

  it("refuses a misspelt key, which Terraform would drop silently", () => {
    const misspelt = { ...read("worker"), timeoutSecond: 5 };
    expect(FunctionManifest.safeParse(misspelt).error?.issues[0]).toMatchObject({
      code: "unrecognized_keys",
      keys: ["timeoutSecond"],
    });
  });

  it("refuses a role without a reason", () => {
    const silent = { ...read("worker"), roles: [{ role: "roles/datastore.user" }] };
    expect(FunctionManifest.safeParse(silent).success).toBe(false);
  });

  const event = { type: "event", topic: "task-events" };
  const schedule = { type: "schedule", schedule: "0 3 * * *" };

  it.each([
    { trigger: event, timeoutSeconds: 600 },
    { trigger: schedule, timeoutSeconds: 1_800 },
    { trigger: { type: "http", public: false }, timeoutSeconds: 3_600 },
  ])("lets a function take as long as its caller waits, and no longer: %j", (patient) => {
    const manifest = { ...read("worker"), ...patient };
    const impatient = { ...manifest, timeoutSeconds: patient.timeoutSeconds + 1 };
    expect(FunctionManifest.safeParse(manifest).error).toBeUndefined();
    expect(FunctionManifest.safeParse(impatient).error?.issues[0]?.path).toEqual(["timeoutSeconds"]);
  });

  it("listens to topics that are made only", () => {
    const listener = { ...read("worker"), trigger: { ...event, topic: "task-event" }, timeoutSeconds: 60 };
    expect(FunctionManifest.safeParse(listener).error?.issues[0]?.path).toEqual(["trigger", "topic"]);
  });

  it("keeps every function but the two that callers with a key use off the public internet", () => {
    const open = folders.filter(({ name }) => isPublic(FunctionManifest.parse(read(name))));
    expect(open.map(({ name }) => name)).toEqual(["api", "openai"]);
  });
});
