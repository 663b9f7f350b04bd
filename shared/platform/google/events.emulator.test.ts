import { expect, it } from "vitest";
import { describeOnEmulators, hostOf } from "../../../tests/emulators/describe-on-emulators.ts";
import { freshProject } from "../../../tests/emulators/fresh-project.ts";
import { type Event, subjectOf } from "../../api/events.ts";
import { anEvent, describeEvents } from "../events.contract.ts";
import { openPubSubEvents } from "./events.ts";
import { openPubSub, type RawMessage } from "./push-subscriber.fixture.ts";

async function open() {
  const project = freshProject();
  const pubsub = await openPubSub(hostOf("pubsub"), project);
  await pubsub.createTopic("events");
  const opened: ReturnType<typeof openPubSubEvents>[] = [];
  const openEvents = () => {
    const events = openPubSubEvents({ project, topic: "events" });
    opened.push(events);
    return events;
  };
  async function close() {
    await Promise.all(opened.map((events) => events.close()));
    await pubsub.close();
  }
  return { ...pubsub, project, events: openEvents(), openEvents, close };
}

describeOnEmulators(["pubsub"], "events on Pub/Sub", () => {
  describeEvents(open);

  it("carry CloudEvents' attributes and the tenant, ordered by task", async () => {
    await using at = await openDisposably();
    const pull = await at.subscribeToPull();
    const event = anEvent();
    await at.events.publish(event);
    const message = await pull();
    expect(message?.orderingKey).toBe(`tasks/${event.task.id}`);
    expect(message?.attributes).toEqual({
      "ce-specversion": "1.0",
      "ce-id": event.id,
      "ce-source": `//conea/${at.project}`,
      "ce-type": "task.accepted",
      "ce-time": event.time,
      "ce-subject": `tasks/${event.task.id}`,
      "ce-tenant": "acme",
      "content-type": "application/json",
      type: "task.accepted",
      tenant: "acme",
    });
  });

  it("keep each task's order when they are published without waiting for each other", async () => {
    await using at = await openDisposably();
    const got = new Map<string, string[]>();
    await at.subscribe(async (event) => {
      const subject = subjectOf(event);
      got.set(subject, [...(got.get(subject) ?? []), event.id]);
    });
    const tasks = ["one", "two", "three"].map((name) => Array.from({ length: 30 }, () => anEvent(name)));
    const inTurn = Array.from({ length: 30 }, (_, n) => tasks.flatMap((events) => events[n] ?? [])).flat();
    await Promise.all(inTurn.map((event) => at.events.publish(event)));
    await at.until(() => new Set([...got.values()].flat()).size === 90);
    for (const events of tasks) {
      const ids = events.map(({ id }) => id);
      expect([...new Set(got.get(`tasks/${events[0]?.task.id}`))]).toEqual(ids);
    }
  });

  it("keep a task's order when several processes publish them one after the other", async () => {
    await using at = await openDisposably();
    const got: string[] = [];
    await at.subscribe(async ({ id }) => void got.push(id));
    const publishers = [at.events, at.openEvents(), at.openEvents()];
    const events = Array.from({ length: 12 }, () => anEvent("shared"));
    for (const [n, event] of events.entries()) await publishers[n % 3]?.publish(event);
    await at.until(() => new Set(got).size === 12);
    expect([...new Set(got)]).toEqual(events.map(({ id }) => id));
  });

  // Without ordering: the emulator loses a dead letter of an ordered subscription (docs/decisions/0019).
  it("go to the dead-letter topic after the last attempt, as they were", async () => {
    await using at = await openDisposably();
    await at.createTopic("dead");
    const event = anEvent();
    let attempts = 0;
    const dead: [Event, RawMessage][] = [];
    await at.subscribe(async (...message) => void dead.push(message), { topic: "dead" });
    await at.subscribe(
      async () => {
        attempts += 1;
        throw new Error("never");
      },
      { deadLetterTopic: "dead", ordered: false },
    );
    await at.events.publish(event);
    await at.until(() => dead.length > 0);
    expect(attempts).toBe(5);
    expect(dead.map(([same]) => same)).toEqual([event]);
    expect(dead[0]?.[1].attributes).toMatchObject({ tenant: "acme", "ce-id": event.id });
  });

  it("published twice arrive twice, with the same id in two messages", async () => {
    await using at = await openDisposably();
    const got: [string, string][] = [];
    await at.subscribe(async ({ id }, { messageId }) => void got.push([id, messageId]));
    const event = anEvent();
    await at.events.publish(event);
    await at.events.publish(event);
    await at.until(() => new Set(got.map(([, messageId]) => messageId)).size === 2);
    expect(new Set(got.map(([id]) => id))).toEqual(new Set([event.id]));
  });

  it("say which topic is missing and what creates it, and go once it is there", async () => {
    await using at = await openDisposably();
    const events = openPubSubEvents({ project: at.project, topic: "later" });
    await expect(events.publish(anEvent())).rejects.toThrow(
      `The Pub/Sub topic projects/${at.project}/topics/later does not exist; terraform apply creates it.`,
    );
    await at.createTopic("later");
    const got: string[] = [];
    await at.subscribe(async ({ id }) => void got.push(id), { topic: "later" });
    const event = anEvent();
    await events.publish(event);
    await at.until(() => got.length > 0);
    expect(got).toEqual([event.id]);
    await events.close();
  });
});

async function openDisposably() {
  const at = await open();
  return { ...at, [Symbol.asyncDispose]: at.close };
}
