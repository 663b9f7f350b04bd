import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { freePort } from "../../../tests/e2e/free-port.fixture.ts";
import { anEvent } from "../events.contract.ts";
import { openPubSubEvents } from "./events.ts";
import { type Answer, startScriptedPublisher } from "./scripted-publisher.fixture.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0)) await close();
});

function open(endpoint: string, timeoutMs?: number) {
  const timeout = timeoutMs === undefined ? {} : { timeoutMs };
  const events = openPubSubEvents({ project: "demo", topic: "events", endpoint, ...timeout });
  closers.push(events.close);
  return events;
}

async function openScripted(script: Answer[], timeoutMs?: number) {
  const publisher = await startScriptedPublisher(...script);
  closers.push(publisher.close);
  return { ...publisher, ...open(publisher.endpoint, timeoutMs) };
}

const toIds = (calls: { messages: { data: Buffer }[] }[]) =>
  calls.map(({ messages }) => messages.map(({ data }) => JSON.parse(data.toString()).id));

describe("events on Pub/Sub", () => {
  it.each([
    status.UNAVAILABLE,
    status.DEADLINE_EXCEEDED,
    status.RESOURCE_EXHAUSTED,
    status.ABORTED,
    status.INTERNAL,
    status.UNKNOWN,
  ])("try again after gRPC code %d: a message that came twice is known by its event's id", async (code) => {
    const { calls, publish } = await openScripted([code, "ok"]);
    const event = anEvent();
    await publish(event);
    expect(toIds(calls)).toEqual([[event.id], [event.id]]);
  });

  it.each([status.INVALID_ARGUMENT, status.NOT_FOUND, status.PERMISSION_DENIED, status.UNAUTHENTICATED])(
    "do not try again after gRPC code %d",
    async (code) => {
      const { calls, publish } = await openScripted([code]);
      await expect(publish(anEvent())).rejects.toThrow("projects/demo/topics/events");
      expect(calls).toHaveLength(1);
    },
  );

  it("name the role that is missing, and leave what Pub/Sub said to the cause", async () => {
    const { publish } = await openScripted([status.PERMISSION_DENIED]);
    const error = await publish(anEvent()).catch((thrown) => thrown);
    expect(error.message).toContain("roles/pubsub.publisher");
    expect(error.message).not.toContain("scripted");
    expect(error.cause.message).toContain("scripted");
  });

  it("reject what waits behind a failed event of the task, and send what comes after", async () => {
    const { calls, publish } = await openScripted([status.INVALID_ARGUMENT]);
    const events = Array.from({ length: 3 }, () => anEvent("one task"));
    const outcomes = await Promise.allSettled(events.map(publish));
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(toIds(calls)).toEqual([[events[0]?.id]]);
    for (const event of events) await publish(event);
    expect(toIds(calls).slice(1)).toEqual(events.map(({ id }) => [id]));
  });

  it("send other tasks' events while one task's waits, and ask again where no answer comes", async () => {
    const { calls, publish } = await openScripted(["silence"], 1_000);
    const stuck = publish(anEvent("stuck"));
    const free = anEvent("free");
    await publish(free);
    expect(toIds(calls)[1]).toEqual([free.id]);
    await stuck;
    expect(calls).toHaveLength(3);
  });

  it("reject in time where nobody answers", async () => {
    const { publish } = await openScripted(["silence", "silence", "silence"], 200);
    const startedMs = performance.now();
    await expect(publish(anEvent())).rejects.toThrow("Pub/Sub did not take an event");
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  it("reject in time where nobody listens", async () => {
    const port = await freePort();
    const { publish } = open(`127.0.0.1:${port}`, 200);
    await expect(publish(anEvent())).rejects.toThrow("Pub/Sub did not take an event");
  });

  it("go once there are credentials, when there were none at first", async () => {
    const publisher = await startScriptedPublisher();
    closers.push(publisher.close);
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json");
    vi.stubEnv("PUBSUB_EMULATOR_HOST", undefined);
    const events = openPubSubEvents({ project: "demo", topic: "events" });
    closers.push(events.close);
    await expect(events.publish(anEvent())).rejects.toThrow("(it was not reached)");
    vi.stubEnv("PUBSUB_EMULATOR_HOST", publisher.endpoint);
    vi.stubEnv("METADATA_SERVER_DETECTION", "none");
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", undefined);
    await events.publish(anEvent());
    expect(publisher.calls).toHaveLength(1);
  });
});
