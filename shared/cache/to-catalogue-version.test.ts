import { describe, expect, it } from "vitest";
import { ConeaConfig } from "../config/conea-config.ts";
import { toCatalogueVersion } from "./to-catalogue-version.ts";

const configWith = (changes: object) =>
  ConeaConfig.parse({ providers: { main: { kind: "openai", apiKey: "secret:KEY", ...changes } } });
const served = { provider: "main", model: "m", simulated: false };

describe("toCatalogueVersion", () => {
  it("changes when another vendor, server or model answers under the same ids", () => {
    const versions = [
      toCatalogueVersion(configWith({}), served, { name: "vendor-m" }),
      toCatalogueVersion(configWith({ kind: "gemini" }), served, { name: "vendor-m" }),
      toCatalogueVersion(configWith({ baseUrl: "http://127.0.0.1:1" }), served, { name: "vendor-m" }),
      toCatalogueVersion(configWith({}), served, { name: "vendor-n" }),
      toCatalogueVersion(configWith({}), served, undefined),
      toCatalogueVersion(configWith({}), { ...served, simulated: true }, { name: "vendor-m" }),
    ];
    expect(new Set(versions).size).toBe(versions.length);
  });

  it("stays when a limit, a price or the order among providers changes", () => {
    const before = toCatalogueVersion(configWith({}), served, { name: "vendor-m" });
    const entry = { name: "vendor-m", price: { inputMicros: 1 }, quality: 1 };
    const after = toCatalogueVersion(configWith({ priority: 1, limits: { requests: "1/s" } }), served, entry);
    expect(after).toBe(before);
  });
});
