import { expect, it } from "vitest";
import { createSteps } from "./create-steps.ts";
import { createLog, type LogLine } from "./log.ts";

it("adds up what each step repaired, and goes on after one that fails", async () => {
  const lines: LogLine[] = [];
  const report = { lost: 1, woken: 0, failed: 0 };
  const log = createLog((line) => lines.push(line), "DEBUG");
  const step = createSteps(report, log, "webhooks ");
  await step("lost", async () => 2);
  await step("woken", () => Promise.reject(new Error("the store is gone")));
  await step("lost", async () => 3);
  expect(report).toEqual({ lost: 6, woken: 0, failed: 1 });
  expect(lines).toMatchObject([{ severity: "WARNING", fields: { step: "webhooks woken" } }]);
});
