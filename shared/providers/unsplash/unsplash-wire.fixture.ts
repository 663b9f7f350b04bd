import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { VendorWire } from "../vendor-wire.fixture.ts";
import { createUnsplash } from "./unsplash.ts";

/** A recorded answer, cut to the fields that matter here. */
export const recorded = JSON.parse(readFileSync(new URL("fixtures/search.json", import.meta.url), "utf8"));

const [first] = recorded.results;
const { small_s3: _, ...urls } = first.urls;

/** Unsplash's side of the provider contract. */
export const unsplashWire: VendorWire = {
  create: createUnsplash,
  failure: ({ status, message }) => ({ status, body: { errors: [message] } }),
  // It has no models, no context, and refuses a query by another status.
  neverSends: ["model_not_found", "context_too_long", "content_refused"],
  rateLimits: {
    headers: { "x-ratelimit-limit": "50", "x-ratelimit-remaining": "49" },
    says: { requestsLeft: 49 },
  },
  environment: { UNSPLASH_ACCESS_KEY: "leaked-access-key" },
  calls: {
    image_search: {
      model: "",
      input: {
        query: "coffee & cake",
        count: 1,
        page: 2,
        orientation: "landscape",
        orderBy: "latest",
        contentFilter: "high",
        color: "black_and_white",
      },
      reply: { headers: { "x-request-id": "req_contract" }, body: { total: 133, results: [first] } },
      result: {
        total: 133,
        images: [
          {
            id: "eOLpJytrbsQ",
            description: "A man drinking a coffee.",
            width: 4_000,
            height: 3_000,
            color: "#A7A2A1",
            urls,
            link: "https://unsplash.com/photos/a-man-drinking-a-coffee-eOLpJytrbsQ?utm_source=contract&utm_medium=referral",
            attribution: {
              name: "Jeff Sheldon",
              profileUrl: "https://unsplash.com/@ugmonk?utm_source=contract&utm_medium=referral",
              text: "Photo by Jeff Sheldon on Unsplash",
              html: 'Photo by <a href="https://unsplash.com/@ugmonk?utm_source=contract&#38;utm_medium=referral">Jeff Sheldon</a> on <a href="https://unsplash.com/?utm_source=contract&#38;utm_medium=referral">Unsplash</a>',
            },
          },
        ],
      },
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
      requestId: "req_contract",
      saw: ({ method, path, headers }) => {
        const { pathname, searchParams } = new URL(path, "http://unsplash");
        expect({ method, pathname }).toEqual({ method: "GET", pathname: "/search/photos" });
        expect(Object.fromEntries(searchParams)).toEqual({
          query: "coffee & cake",
          per_page: "1",
          page: "2",
          orientation: "landscape",
          order_by: "latest",
          content_filter: "high",
          color: "black_and_white",
        });
        expect(headers).toMatchObject({ "accept-version": "v1" });
      },
    },
  },
};
