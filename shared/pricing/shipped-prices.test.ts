import { expect, test } from "vitest";
import { ModelPrice } from "../api/model-price.ts";
import { readConfigFile } from "../config/read-config-file.ts";
import { listPrices } from "./list-prices.ts";
import { shippedPrices } from "./shipped-prices.ts";

const now = Date.parse("2026-11-26T00:00:00Z");

test("ships sound prices, each with the page and the day it was read, and no two for the same time", () => {
  const keys = shippedPrices.flatMap(({ names, kind, tier, effectiveFrom }) =>
    names.map((name) => `${kind} ${name} ${tier} ${effectiveFrom}`),
  );
  expect(new Set(keys).size).toBe(keys.length);
  for (const row of shippedPrices) {
    expect(ModelPrice.safeParse(row.price).success).toBe(true);
    expect(row.source).toMatch(/^https:\/\//);
    expect(row.readOn).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(Number.isNaN(Date.parse(row.effectiveFrom))).toBe(false);
  }
});

test("knows what the models of conea.yaml cost, but for one that does not tell what it used", async () => {
  const config = await readConfigFile("conea.yaml");
  const book = { rows: new Map(), shipped: shippedPrices };
  const { items, unknown } = listPrices({ ...config, book, now });
  expect(unknown).toEqual(["gpt-4o-mini-tts"]);
  const inForce = items.filter((item) => item.inForce && item.tier === "standard");
  const priced = [...inForce.map(({ model }) => model), ...unknown];
  expect(priced.toSorted()).toEqual(Object.keys(config.models).toSorted());
});

test("lets a price that ends with the year end with it", async () => {
  const config = await readConfigFile("conea.yaml");
  const book = { rows: new Map(), shipped: shippedPrices };
  const priceAt = (at: string) =>
    listPrices({ ...config, book, now: Date.parse(at) }).items.find(
      ({ model, inForce }) => model === "gemini-3.8-flash" && inForce,
    )?.price.outputMicros;
  expect(priceAt("2026-12-31T23:59:59Z")).toBe(3_750_000);
  expect(priceAt("2027-01-01T00:00:00Z")).toBe(7_500_000);
});
