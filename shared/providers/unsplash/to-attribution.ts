import type { FoundImage } from "../../api/results.ts";

type Attribution = FoundImage["attribution"];

const home = "https://unsplash.com/";

/** Adds the parameters by which Unsplash wants links to name the app. */
export function toReferral(link: string, appName: string): string {
  const url = URL.parse(link);
  if (url?.protocol !== "https:") return toReferral(home, appName);
  url.searchParams.set("utm_source", appName);
  url.searchParams.set("utm_medium", "referral");
  return url.href;
}

/** The credit Unsplash wants beside an image. `html` is safe to put into a page. */
export function toAttribution(name: string, profile: string, appName: string): Attribution {
  const profileUrl = toReferral(profile, appName);
  return {
    name,
    profileUrl,
    text: `Photo by ${name} on Unsplash`,
    html: `Photo by ${toAnchor(profileUrl, name)} on ${toAnchor(toReferral(home, appName), "Unsplash")}`,
  };
}

function toAnchor(href: string, text: string): string {
  return `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
