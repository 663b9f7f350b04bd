import { expect, test } from "vitest";
import { toModelFamily } from "./model-family.ts";

test.each([
  ["claude-3-haiku-20240307", "both", "none"],
  ["claude-3-5-sonnet-20241022", "both", "none"],
  ["claude-3-7-sonnet-20250219", "both", "budget"],
  ["claude-sonnet-4-20250514", "both", "budget"],
  ["claude-opus-4-1-20250805", "one", "budget"],
  ["claude-sonnet-4-5", "one", "budget"],
  ["claude-haiku-4-5-20251001", "one", "budget"],
  ["anthropic.claude-opus-4-5-20251101-v1:0", "one", "budget"],
  ["claude-sonnet-4-6", "one", "effort"],
  ["claude-opus-4-7", "none", "effort"],
  ["claude-sonnet-5", "none", "effort"],
  ["claude-fable-5-1", "none", "effort"],
  ["claude-opus-5.5", "none", "effort"],
  ["my-alias", "none", "effort"],
])("knows what %s accepts: sampling %s, thinking by %s", (model, sampling, thinking) => {
  expect(toModelFamily(model)).toEqual({ sampling, thinking });
});
