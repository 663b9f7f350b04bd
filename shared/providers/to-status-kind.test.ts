import { expect, test } from "vitest";
import type { ProviderErrorKind } from "./provider-error.ts";
import { toStatusKind } from "./to-status-kind.ts";

test.each<[number, ProviderErrorKind]>([
  [400, "invalid_request"],
  [401, "authentication"],
  [403, "authentication"],
  [404, "model_not_found"],
  [408, "timeout"],
  [409, "overloaded"],
  [413, "invalid_request"],
  [422, "invalid_request"],
  [429, "rate_limited"],
  [500, "overloaded"],
  [503, "overloaded"],
  [504, "timeout"],
  [529, "overloaded"],
  [302, "unknown"],
])("takes %i as %s", (status, kind) => {
  expect(toStatusKind(status)).toBe(kind);
});
