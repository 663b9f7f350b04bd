import { expect, it } from "vitest";
import { anEvent, openUsage } from "../../shared/analytics/usage.fixture.ts";
import { ConeaError } from "../../shared/core/conea-error.ts";
import { createOnUsage } from "./on-usage.ts";

async function open() {
  const usage = await openUsage();
  const send = (event = anEvent("a")) =>
    createOnUsage({ ...usage, random: () => 0.5 }, async () => event)(post());
  return { ...usage, send };
}

const post = () => new Request("http://on-usage/", { method: "POST" });

it("answers once the event is durable", async () => {
  const { clock, documents, send } = await open();
  const answer = send();
  await clock.advance(249);
  expect(await documents.query({ collection: "usageMinutes" })).toEqual([]);
  await clock.advance(1);
  expect((await answer).status).toBe(204);
  expect(await documents.query({ collection: "usageMinutes" })).toHaveLength(1);
});

it("answers at once to what it has nothing to count of", async () => {
  const { send } = await open();
  const breaker = { ...anEvent("a"), type: "breaker.opened" as const, breaker: { queue: "main" } };
  const { task: _, ...event } = breaker;
  expect((await send(event as never)).status).toBe(204);
});

it("asks for an event again that it could not count", async () => {
  const { clock, documents, lines, ...usage } = await open();
  const down = { ...documents, commit: () => Promise.reject(new Error("unavailable")) };
  const onUsage = createOnUsage({ ...usage, clock, documents: down, random: () => 0.5 }, async () =>
    anEvent("a"),
  );
  const answer = onUsage(post());
  await clock.advance(120_000);
  expect((await answer).status).toBe(500);
  expect(lines.map(({ sentence }) => sentence)).toContain("events could not be counted");
});

it("refuses what is no event, so that it goes aside", async () => {
  const { log, ...usage } = await open();
  const onUsage = createOnUsage({ ...usage, log, random: () => 0.5 }, () =>
    Promise.reject(new ConeaError("invalid_request", "The event does not have the expected form.")),
  );
  expect((await onUsage(post())).status).toBe(422);
});
