import { expect, test } from "vitest";
import { readAnswer } from "../read-answer.ts";
import { toAttribution, toReferral } from "./to-attribution.ts";
import { toFoundImage, VendorPhoto } from "./to-found-image.ts";
import { recorded } from "./unsplash-wire.fixture.ts";

const translate = (index: number) =>
  toFoundImage(readAnswer(VendorPhoto, recorded.results[index]), "My App & Co");

test("describes an image by its alternative text where its author says nothing", () => {
  expect(translate(1).description).toBe("a dog on a mountain");
  expect(translate(2)).not.toHaveProperty("description");
});

test("leaves the addresses of the image exactly as they are", () => {
  const { small_s3: _, ...urls } = recorded.results[0].urls;
  expect(translate(0).urls).toEqual(urls);
});

test("names the app in every link, whatever it is called", () => {
  const { link, attribution } = translate(1);
  for (const url of [link, attribution.profileUrl]) {
    const { searchParams } = new URL(url);
    expect(Object.fromEntries(searchParams)).toEqual({ utm_source: "My App & Co", utm_medium: "referral" });
  }
});

test("credits the author in HTML that cannot break out of its place", () => {
  const { attribution } = translate(1);
  expect(attribution.text).toBe(`Photo by Zoë "<b>" O'Neill & Co on Unsplash`);
  expect(attribution.html).toContain(">Zoë &#34;&#60;b&#62;&#34; O&#39;Neill &#38; Co</a> on <a");
  expect(attribution.html.match(/<[^>]*>/g)).toHaveLength(4);
});

test("links to Unsplash itself instead of anything that is not an https address", () => {
  const home = "https://unsplash.com/?utm_source=app&utm_medium=referral";
  expect(toReferral("javascript:alert(1)", "app")).toBe(home);
  expect(toAttribution("Ann", "no address", "app").profileUrl).toBe(home);
});
