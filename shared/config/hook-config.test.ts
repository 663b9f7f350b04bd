import { expect, it } from "vitest";
import { ConeaConfig } from "./conea-config.ts";
import { readConfig } from "./read-config.ts";

const parse = (hook: object, name = "shop") =>
  ConeaConfig.safeParse({ providers: {}, hooks: { [name]: hook } });

it("reads a source of hooks, of the tenant main where it names none", () => {
  expect(parse({ scheme: "shopify", secret: "secret:SHOP" }).data?.hooks).toEqual({
    shop: { scheme: "shopify", secret: ["SHOP"], tenant: "main" },
  });
  expect(
    parse({ scheme: "slack", secret: ["secret:NEW", "secret:OLD"], tenant: "acme" }).data?.hooks,
  ).toEqual({
    shop: { scheme: "slack", secret: ["NEW", "OLD"], tenant: "acme" },
  });
});

it("has none where none is named", () => {
  expect(readConfig("providers: {}", "conea.yaml").hooks).toEqual({});
});

it.each([
  { scheme: "gitlab", secret: "secret:A" },
  { scheme: "github", secret: [] },
  { scheme: "github", secret: ["secret:A", "secret:B", "secret:C"] },
  { scheme: "github", secret: "secret:A", tenant: "a/b" },
  { scheme: "github", secret: "secret:A", path: "/x" },
  { scheme: "github" },
])("refuses %j", (hook) => {
  expect(parse(hook).success).toBe(false);
});

it("refuses a secret itself, without showing it, and a name that cannot stand in a path", () => {
  const text = "providers: {}\nhooks: { shop: { scheme: github, secret: hunter2 } }";
  expect(() => readConfig(text, "conea.yaml")).toThrow(/hooks\.shop\.secret/);
  expect(() => readConfig(text, "conea.yaml")).not.toThrow(/hunter2/);
  for (const name of ["a/b", "A", "", "..", "x".repeat(64)])
    expect(parse({ scheme: "github", secret: "secret:A" }, name).success).toBe(false);
});
