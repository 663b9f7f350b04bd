import { expect, it } from "vitest";
import { findBrowserTools } from "./find-browser-tools.ts";
import { findChromium } from "./find-chromium.ts";

it("names Chromium and how to get it where there is none", async () => {
  const found = await findBrowserTools({ PATH: "/nowhere" });
  expect(found).toEqual({
    missing: "Chromium is missing: apt-get install -y chromium, or name one in CHROMIUM.",
  });
});

it("fails under CI instead of leaving the test out", async () => {
  await expect(findBrowserTools({ PATH: "/nowhere", CI: "true" })).rejects.toThrow("Chromium is missing");
});

it("takes the browser that CHROMIUM names, and says so when it is none", () => {
  expect(findChromium({ CHROMIUM: process.execPath, PATH: "/nowhere" })).toBe(process.execPath);
  expect(() => findChromium({ CHROMIUM: "/nowhere/chromium" })).toThrow("CHROMIUM names /nowhere/chromium");
});
