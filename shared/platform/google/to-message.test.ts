import { describe, expect, it } from "vitest";
import { anEvent } from "../events.contract.ts";
import { largestEvent, toMessage } from "./to-message.ts";

describe("toMessage", () => {
  it("orders by task and tells each consumer what it needs to pass an event by", () => {
    const event = anEvent("a", { type: "task.succeeded" });
    const { data, orderingKey, attributes } = toMessage(event, "//conea/p");
    expect(JSON.parse(data.toString())).toEqual(event);
    expect(orderingKey).toBe(`tasks/${event.task.id}`);
    expect(attributes).toMatchObject({ id: event.id, type: "task.succeeded", tenant: "acme" });
  });

  it("refuses what Pub/Sub or a consumer would refuse", () => {
    expect(() => toMessage(anEvent("a", { tenant: "t".repeat(1_025) }), "s")).toThrow(RangeError);
    expect(() => toMessage(anEvent("a", { tenant: "ä".repeat(513) }), "s")).toThrow("tenant is longer");
    const { task } = anEvent();
    const large = anEvent("a", { task: { ...task, createdBy: "x".repeat(largestEvent) } });
    expect(() => toMessage(large, "s")).toThrow("larger than");
  });
});
