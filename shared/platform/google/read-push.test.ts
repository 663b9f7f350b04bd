import { describe, expect, it } from "vitest";
import { aSampleOf, eventSamples } from "../../api/event-samples.fixture.ts";
import { eventTypes } from "../../api/events.ts";
import { anEvent } from "../events.contract.ts";
import { readPush } from "./read-push.ts";
import { largestEvent, toMessage } from "./to-message.ts";

function push(body: unknown, headers: Record<string, string> = { "content-type": "application/json" }) {
  const content = typeof body === "string" ? body : JSON.stringify(body);
  return readPush(new Request("http://127.0.0.1/", { method: "POST", headers, body: content }));
}

const wrap = (data: string) => ({
  message: { data, messageId: "1", publishTime: "2026-01-01T00:00:00Z", attributes: { a: "b" } },
  subscription: "projects/p/subscriptions/s",
  deliveryAttempt: 1,
});
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

describe("readPush", () => {
  it("gives back the event that was made a message", async () => {
    const event = anEvent();
    const { data } = toMessage(event, "//conea/p");
    expect(await push(wrap(data.toString("base64")))).toEqual(event);
  });

  it.each(eventSamples)("gives back $type as it was published, field by field", async (event) => {
    const { data } = toMessage(event, "//conea/p");
    expect(await push(wrap(data.toString("base64")))).toEqual(event);
  });

  it.each(eventTypes)("refuses %s that tells of nothing, and of something else", async (type) => {
    const { id, sequence, time, tenant } = aSampleOf(type);
    const common = { id, sequence, time, tenant, type };
    for (const body of [{}, { other: {} }]) {
      const refused = push(wrap(encode({ ...common, ...body })));
      await expect(refused).rejects.toMatchObject({ code: "invalid_request" });
    }
  });

  it("takes the largest event, and one with a field that this version does not know", async () => {
    const event = anEvent("a", { tenant: "t" });
    const room = largestEvent - JSON.stringify(event).length - '"later":"",'.length;
    expect(await push(wrap(encode({ ...event, later: "x".repeat(room) })))).toEqual(event);
  });

  const event = anEvent();
  const refused: [string, unknown, string][] = [
    ["an empty body", "", "invalid_json"],
    ["no JSON", "{", "invalid_json"],
    ["no message", { subscription: "s" }, "invalid_request"],
    ["an unwrapped event", event, "invalid_request"],
    ["null", null, "invalid_request"],
    ["data that is no base64", wrap("%%%"), "invalid_request"],
    ["data that is no JSON", wrap(Buffer.from("hello").toString("base64")), "invalid_json"],
    ["data that is no UTF-8", wrap(Buffer.from([0x22, 0xff, 0x22]).toString("base64")), "invalid_json"],
    ["empty data", wrap(""), "invalid_json"],
    ["an event of an unknown type", wrap(encode({ ...event, type: "task.vanished" })), "invalid_request"],
    ["an event without a tenant", wrap(encode({ ...event, tenant: undefined })), "invalid_request"],
    ["more than the largest event", wrap("A".repeat(200_000)), "too_large"],
  ];

  it.each(refused)("refuses %s", async (_name, body, code) => {
    await expect(push(body)).rejects.toMatchObject({ name: "ConeaError", code });
  });

  it("refuses what is not declared as JSON", async () => {
    await expect(push(wrap(encode(event)), { "content-type": "text/plain" })).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
  });

  it("names the wrong fields and repeats none of what was sent", async () => {
    const error = await push(wrap(encode({ ...event, type: "sneaky" }))).catch((thrown) => thrown);
    expect(error.fields).toEqual([expect.objectContaining({ field: "type" })]);
    expect(JSON.stringify([error.message, error.fields])).not.toContain("sneaky");
  });
});
