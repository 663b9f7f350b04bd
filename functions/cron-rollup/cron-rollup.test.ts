import { expect, it } from "vitest";
import { anEvent } from "../../shared/analytics/usage.fixture.ts";
import { createUsageWriter } from "../../shared/analytics/usage-writer.ts";
import { openTestConea } from "../../shared/tasks/conea.fixture.ts";
import { createCronRollup } from "./cron-rollup.ts";

it("rolls up what was counted, reports on what is over, and says what it did", async () => {
  const { conea, clock, close } = await openTestConea();
  const cronRollup = createCronRollup(conea);
  const run = async () => (await cronRollup(new Request("http://cron-rollup/", { method: "POST" }))).json();
  const writer = createUsageWriter({ ...conea, shards: 1 });
  writer.note(anEvent("a", { at: clock.now() }));
  await writer.flush();
  expect(await run()).toEqual({ hours: 1, days: 0, months: 0, reports: 0, failed: 0 });
  await clock.advance(40 * 86_400_000);
  expect(await run()).toEqual({ hours: 0, days: 1, months: 1, reports: 2, failed: 0 });
  expect(await run()).toEqual({ hours: 0, days: 0, months: 0, reports: 0, failed: 0 });
  await close();
});
