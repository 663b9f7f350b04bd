import { expect, it } from "vitest";
import { type Cell, sumCells } from "../../shared/analytics/cell.ts";
import type { MinuteDocument } from "../../shared/analytics/minute-document.ts";
import { readCells } from "../../shared/analytics/read-cells.ts";
import { rollUp } from "../../shared/analytics/roll-up.ts";
import { toCells } from "../../shared/analytics/to-cells.ts";
import { anEvent } from "../../shared/analytics/usage.fixture.ts";
import { Event, type TaskEvent } from "../../shared/api/events.ts";
import { createLog } from "../../shared/core/log.ts";
import { openFirestoreDocuments } from "../../shared/platform/google/documents.ts";
import { openPubSubEvents } from "../../shared/platform/google/events.ts";
import { openPubSub } from "../../shared/platform/google/push-subscriber.fixture.ts";
import { systemClock } from "../../shared/platform/system-clock.ts";
import { describeOnEmulators, hostOf } from "../../tests/emulators/describe-on-emulators.ts";
import { freshProject } from "../../tests/emulators/fresh-project.ts";
import { createOnUsage } from "./on-usage.ts";

/** The emulator pushes two or three at a time, and each waits for its batch. */
const many = 30;
const log = createLog(() => undefined, "ERROR");

/** Two instances of the function, each with a subscription of its own: every event comes to both. */
async function open() {
  const project = freshProject();
  const endpoint = hostOf("firestore");
  const pubsub = await openPubSub(hostOf("pubsub"), project);
  await pubsub.createTopic("events");
  const events = openPubSubEvents({ project, topic: "events" });
  const documents = openFirestoreDocuments({ project, database: "(default)", endpoint });
  const taken = [new Set<string>(), new Set<string>()];
  let answersLost = 0;
  for (const ids of taken) {
    const deps = { documents, clock: systemClock, random: Math.random, log };
    const onUsage = createOnUsage(deps, async (request) => Event.parse(await request.json()));
    const seen = new Set<string>();
    await pubsub.subscribe(async (event) => {
      const body = JSON.stringify(event);
      const { status } = await onUsage(new Request("http://on-usage/", { method: "POST", body }));
      // Of every fifth event the first answer is lost, so that it comes again to who has counted it.
      const isLost = !seen.has(event.id) && seen.size % 5 === 0;
      seen.add(event.id);
      if (isLost) answersLost++;
      if (status !== 204 || isLost) throw new Error("asks for the event again");
      ids.add(event.id);
    });
  }
  const isDone = () => taken.every((ids) => ids.size === many);
  const close = () => Promise.all([events.close(), documents.close(), pubsub.close()]);
  return { ...pubsub, events, documents, isDone, lost: () => answersLost, close };
}

function toEvents(): TaskEvent[] {
  const at = Date.now();
  return Array.from({ length: many }, (_, n) => {
    const id = `task_${String(n)
      .replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "")
      .padEnd(26, "z")}`;
    const type = n % 3 === 0 ? ("task.accepted" as const) : ("task.succeeded" as const);
    return anEvent(`${id}.1`, { type, at: at - n, task: { id, createdBy: `user-${n % 4}` } });
  });
}

function toPlain(cells: Iterable<Cell>): object {
  return Object.fromEntries(sumCells(cells));
}

describeOnEmulators(["firestore", "pubsub"], "on-usage behind Pub/Sub's push", () => {
  it("counts each event once, though it comes to two instances and to one of them again", async () => {
    const at = await open();
    const told = toEvents();
    await Promise.all(told.map((event) => at.events.publish(event)));
    await at.until(at.isDone);
    expect(at.lost()).toBeGreaterThan(2);
    const minutes = await at.documents.query<MinuteDocument>({ collection: "usageMinutes" });
    const expected = toPlain(told.flatMap(toCells));
    expect(toPlain(minutes.flatMap(({ data }) => Object.values(data.cells)))).toEqual(expected);
    const deps = { documents: at.documents, clock: systemClock, log };
    expect(await rollUp(deps)).toMatchObject({ failed: 0 });
    const range = { from: new Date(Date.now() - 7_200_000).toISOString(), to: new Date().toISOString() };
    const hours = await readCells(deps, "acme", "hour", range);
    expect(toPlain([...hours.values()].flatMap((cells) => [...cells.values()]))).toEqual(expected);
    await at.close();
  });
});
