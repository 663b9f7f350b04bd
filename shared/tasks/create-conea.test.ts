import { expect, it } from "vitest";
import { openTestConea } from "./conea.fixture.ts";
import { createConea } from "./create-conea.ts";

it.each([
  ["the configuration's", "ops", "main", "ops"],
  ["the platform's where that names none", undefined, "main", "main"],
  ["the local one where nobody names one", undefined, undefined, "local"],
])("takes for the operators' tenant %s", async (_, configured, usual, expected) => {
  const { conea: platform, close } = await openTestConea();
  const conea = createConea({
    ...{ platform, providers: platform.providers, log: platform.log, closing: platform.closing },
    config: { ...platform.config, ...(configured && { operatorTenant: configured }) },
    ...(usual && { operatorTenant: usual }),
  });
  expect(conea.operatorTenant).toBe(expected);
  await close();
});
