import { describe, expect, it } from "vitest";
import { createSubscriptionBook } from "../../shared/notifications/create-subscription-book.ts";
import { readPush } from "../../shared/platform/google/read-push.ts";
import { aTaskEvent, openTestWebhooks } from "../../shared/webhooks/webhooks.fixture.ts";
import { createOnTaskEvent } from "./on-task-event.ts";

async function open() {
  const test = await openTestWebhooks();
  const { id } = await test.add("https://example.com/hooks");
  const push = (documents = test.deps.documents) => {
    const notifications = { subscriptions: createSubscriptionBook(test.deps) };
    const deps = { ...test.deps, documents, webhooks: test.deps, notifications };
    const handle = createOnTaskEvent(deps, readPush);
    return (data: string) =>
      handle(
        new Request("http://function/", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ message: { messageId: "1", data: btoa(data) }, subscription: "s" }),
        }),
      );
  };
  return { ...test, id, push };
}

describe("on-task-event", () => {
  it("takes an event that Pub/Sub pushes, also twice, and makes its delivery", async () => {
    const test = await open();
    const event = JSON.stringify(aTaskEvent());
    const answers = [await test.push()(event), await test.push()(event)];
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(await test.deliveries(test.id)).toHaveLength(1);
  });

  it("asks for the event again where a delivery could not be kept", async () => {
    const test = await open();
    const commit = () => Promise.reject(new Error("the store is unavailable"));
    const event = JSON.stringify(aTaskEvent());
    expect((await test.push({ ...test.deps.documents, commit })(event)).status).toBe(500);
    expect((await test.push()(event)).status).toBe(204);
    expect(await test.deliveries(test.id)).toHaveLength(1);
  });

  it("refuses what is no event", async () => {
    const test = await open();
    expect((await test.push()('{"type":"task.unknown"}')).status).toBe(422);
    expect((await test.push()("{")).status).toBe(400);
    expect(await test.deliveries(test.id)).toEqual([]);
  });
});
