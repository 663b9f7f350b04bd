import { afterEach, describe, expect, it } from "vitest";
import { createLog } from "../../shared/core/log.ts";
import { systemClock } from "../../shared/platform/system-clock.ts";
import { createDirectSender } from "../../shared/webhooks/create-direct-sender.ts";
import { createRemoteSender } from "../../shared/webhooks/create-remote-sender.ts";
import { createSafeFetch } from "../../shared/webhooks/create-safe-fetch.ts";
import { type Receiver, startReceiver } from "../../shared/webhooks/receiver.fixture.ts";
import { createDeliverWebhook } from "./deliver-webhook.ts";

const log = createLog(() => undefined);
const clock = systemClock;
let receiver: Receiver;
afterEach(() => receiver.close());

/** The function, called as `run-webhooks` calls it. `allowLoopbackHttp`: the receiver stands for one on the internet. */
async function open({ allowLoopbackHttp = true } = {}) {
  receiver = await startReceiver((_, response) =>
    response.writeHead(429, { "Retry-After": "7" }).end("slow down"),
  );
  const resolve = async (host: string) => [host];
  const safeFetch = createSafeFetch({ resolve, clock, allowLoopbackHttp });
  const handle = createDeliverWebhook({ send: createDirectSender({ safeFetch, clock }), log });
  const seen: Request[] = [];
  const send = createRemoteSender({
    url: "https://deliver-webhook.example.com/",
    fetch: async (input, init) => {
      const request = new Request(input, init);
      seen.push(request.clone());
      return handle(request);
    },
    authorize: async () => ({ authorization: "Bearer token-of-the-caller" }),
  });
  return { send, handle, seen, url: `http://127.0.0.1:${receiver.port}/hooks` };
}

const headers = {
  "content-type": "application/json",
  "webhook-id": "msg_1",
  "x-own": "1",
  host: "elsewhere.example",
};

describe("deliver-webhook", () => {
  it("makes the call it is given and tells what was answered", async () => {
    const { send, seen, url } = await open();
    expect(await send({ url, headers, body: "{}" })).toEqual({
      ...{ status: 429, text: "slow down", isCut: false, retryAfter: "7", durationMs: expect.any(Number) },
    });
    expect(receiver.received).toMatchObject([{ method: "POST", url: "/hooks", body: "{}" }]);
    expect(receiver.received[0]?.headers).toMatchObject({
      "webhook-id": "msg_1",
      "x-own": "1",
      host: `127.0.0.1:${receiver.port}`,
    });
    // The caller's own token is for the function, not for the receiver.
    expect(seen[0]?.headers.get("authorization")).toBe("Bearer token-of-the-caller");
    expect(receiver.received[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    "https://127.0.0.1/",
    "http://127.0.0.1:PORT/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::ffff:10.0.0.1]/",
    "https://metadata.google.internal/",
    "file:///etc/passwd",
  ])("checks the address itself: %s is not called", async (url) => {
    const { send } = await open({ allowLoopbackHttp: false });
    const outcome = await send({ url: url.replace("PORT", String(receiver.port)), headers: {}, body: "{}" });
    expect(outcome).toMatchObject({ failure: "denied" });
    expect(receiver.connections()).toBe(0);
  });

  it("refuses what is no call, and its caller makes no attempt of that", async () => {
    const { send, handle, url } = await open();
    const body = JSON.stringify({ url, headers: {}, body: "{}", method: "DELETE" });
    const request = { method: "POST", headers: { "Content-Type": "application/json" }, body };
    expect((await handle(new Request("http://function/", request))).status).toBe(422);
    await expect(send({ url: "x".repeat(3_000), headers: {}, body: "" })).rejects.toThrow("answered 422");
    expect(receiver.received).toEqual([]);
  });
});
