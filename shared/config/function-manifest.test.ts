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

  it("keeps every function but the API off the public internet", () => {
    const open = folders.filter(({ name }) => isPublic(FunctionManifest.parse(read(name))));
    expect(open.map(({ name }) => name)).toEqual(["api"]);
  });
});
