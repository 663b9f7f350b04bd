import { expect, it } from "vitest";
import { ConeaError } from "../../core/conea-error.ts";
import { createLog } from "../../core/log.ts";
import { toFailure } from "./to-failure.ts";

const context = { requestId: "request_1", log: createLog(() => undefined) };

it.each([
  ["5", "true"],
  ["60", "true"],
  ["1784", "false"],
])("says of a wait of %s seconds that another try is worth it: %s", (seconds, worth) => {
  const error = new ConeaError("rate_limited", "Too many.", { headers: { "Retry-After": seconds } });
  expect(toFailure(error, context).headers).toMatchObject({
    "Retry-After": seconds,
    "x-should-retry": worth,
  });
});
