import { describe, expect, it } from "vitest";
import { eventSamples } from "../../api/event-samples.fixture.ts";
import { subjectOf } from "../../api/events.ts";
import { anEvent } from "../events.contract.ts";
import { largestEvent, toMessage } from "./to-message.ts";

describe("toMessage", () => {
  it("orders by task and tells each consumer what it needs to pass an event by", () => {
    const event = anEvent("a", { type: "task.succeeded" });
    const { data, orderingKey, attributes } = toMessage(event, "//conea/p");
    expect(JSON.parse(data.toString())).toEqual(event);
    expect(orderingKey).toBe(`tasks/${event.task.id}`);
    expect(attributes).toMatchObject({ "ce-id": event.id, type: "task.succeeded", tenant: "acme" });
  });

  // https://github.com/googleapis/google-cloudevents/blob/main/docs/spec/pubsub.md, section 3.1
  it.each(eventSamples)("is CloudEvents' binary mode, and says to a filter what it is: $type", (event) => {
    const { attributes } = toMessage(event, "//conea/p");
    const { type, tenant, "content-type": contentType, ...rest } = attributes;
    expect({ type, tenant, contentType }).toEqual({
      ...{ type: event.type, tenant: "acme", contentType: "application/json" },
    });
    const names = Object.keys(rest).map((name) => /^ce-([a-z0-9]{1,20})$/.exec(name)?.[1]);
    const required = ["specversion", "id", "source", "type", "time", "subject"];
    expect(names.sort()).toEqual([...required, "tenant", "traceparent"].sort());
    expect(rest).toMatchObject({
      ...{ "ce-specversion": "1.0", "ce-id": event.id, "ce-type": event.type, "ce-time": event.time },
      ...{ "ce-subject": subjectOf(event), "ce-source": "//conea/p", "ce-tenant": "acme" },
    });
  });

  it("refuses what Pub/Sub or a consumer would refuse", () => {
    expect(() => toMessage(anEvent("a", { tenant: "t".repeat(1_025) }), "s")).toThrow(RangeError);
    expect(() => toMessage(anEvent("a", { tenant: "ä".repeat(513) }), "s")).toThrow("tenant is longer");
    const { task } = anEvent();
    const large = anEvent("a", { task: { ...task, createdBy: "x".repeat(largestEvent) } });
    expect(() => toMessage(large, "s")).toThrow("larger than");
  });
});
