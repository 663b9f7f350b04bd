import { describe, expect, it } from "vitest";
import { ConeaConfig } from "../config/conea-config.ts";
import { findSummaryModels } from "./find-summary-models.ts";

const config = ConeaConfig.parse({
  providers: {
    one: { kind: "openai", apiKey: "secret:KEY" },
    two: { kind: "anthropic", apiKey: "secret:KEY" },
  },
  models: {
    large: { provider: "one", kinds: ["chat"], limits: { requests: "1/min" } },
    small: { provider: "one", name: "vendor-small", kinds: ["chat"] },
    vectors: { provider: "one", kinds: ["embedding"] },
    other: { provider: "two", kinds: ["chat"] },
  },
});

describe("who sums up a conversation", () => {
  it.each(["large", "small", "one/large", "one/vendor-small"])(
    "is a chat model of the same account: for %s",
    (name) => {
      expect(findSummaryModels(config, name)).toEqual(["large", "small"]);
    },
  );

  it("is never another vendor's", () => {
    expect(findSummaryModels(config, "other")).toEqual(["other"]);
  });

  it.each(["auto", "nowhere", "toString", undefined])(
    "is left to the route of the conversation: %s",
    (name) => {
      expect(findSummaryModels(config, name)).toEqual([]);
    },
  );
});
