import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventSummaries } from "./event-summaries.ts";
import { Event, eventTypes } from "./events.ts";

const page = join(import.meta.dirname, "../../docs/events.md");

it("say of every type when it is published, as docs/events.md does", async () => {
  expect(Object.keys(eventSummaries).sort()).toEqual([...eventTypes].sort());
  const rows = [...(await readFile(page, "utf8")).matchAll(/^\| `([a-z]+\.[a-z]+)` \| (.+) \|$/gm)];
  expect(Object.fromEntries(rows.map(([, type, summary]) => [type, summary]))).toEqual(eventSummaries);
});

it("stand beside an example that is an event", async () => {
  const [, example = ""] = /^```json\n(.+?)^```$/ms.exec(await readFile(page, "utf8")) ?? [];
  const parsed = JSON.parse(example);
  expect(Event.parse(parsed)).toEqual(parsed);
});
