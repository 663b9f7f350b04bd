import { describe, expect, it } from "vitest";
import { createLineRunner } from "../../shared/webhooks/create-line-runner.ts";
import { fanOut } from "../../shared/webhooks/fan-out.ts";
import { aTaskEvent, openTestWebhooks, startMs } from "../../shared/webhooks/webhooks.fixture.ts";
import { createRunWebhooks } from "./run-webhooks.ts";

const carryOutDueOf = async () => undefined;
const post = (body: object) =>
  new Request("http://function/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

describe("run-webhooks", () => {
  it("takes a wake, and answers once what was due is sent and settled", async () => {
    const test = await openTestWebhooks();
    const { id } = await test.add("https://example.com/hooks");
    const handle = createRunWebhooks({ lines: test.runner, carryOutDueOf, log: test.deps.log });
    const deaf = { slotMs: 0, ensure: async () => undefined };
    await fanOut({ ...test.deps, wakes: deaf }, aTaskEvent(startMs - 1));
    const answer = handle(post({ queue: "webhooks", endpoint: id, reason: "ready", at: startMs }));
    await test.clock.advance(100);
    expect((await answer).status).toBe(204);
    expect(await test.deliveries(id)).toMatchObject([{ state: "succeeded" }]);
  });

  it("asks for the wake again where the store does not answer", async () => {
    const test = await openTestWebhooks();
    const get = () => Promise.reject(new Error("the store is unavailable"));
    const lines = createLineRunner({ ...test.deps, documents: { ...test.deps.documents, get } });
    const handle = createRunWebhooks({ lines, carryOutDueOf, log: test.deps.log });
    expect((await handle(post({ queue: "webhooks", endpoint: "endpoint_x", reason: "ready" }))).status).toBe(
      500,
    );
  });

  it("does what is due of a notification subscription by its wake, and works at no line then", async () => {
    const test = await openTestWebhooks();
    const asked: string[] = [];
    const handleWake = () => Promise.reject(new Error("there is no such line"));
    const lines = { ...test.runner, handleWake };
    const due = async (subscriptionId: string) => void asked.push(subscriptionId);
    const handle = createRunWebhooks({ lines, carryOutDueOf: due, log: test.deps.log });
    const wake = post({ queue: "webhooks", endpoint: "subscription_x", reason: "due" });
    expect((await handle(wake)).status).toBe(204);
    expect(asked).toEqual(["subscription_x"]);
  });

  it.each([{ queue: "webhooks", reason: "ready" }, { queue: "webhooks", endpoint: "e", reason: "now" }, {}])(
    "refuses %j, which is no wake of a line",
    async (body) => {
      const test = await openTestWebhooks();
      const handle = createRunWebhooks({ lines: test.runner, carryOutDueOf, log: test.deps.log });
      expect((await handle(post(body))).status).toBe(422);
    },
  );
});
