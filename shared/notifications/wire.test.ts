import { once } from "node:events";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import { type ChannelKind, SetNotificationChannel } from "../api/notifications.ts";
import { createLog, type LogLine } from "../core/log.ts";
import { openEmbeddedPlatform } from "../platform/embedded/open-embedded-platform.ts";
import { systemClock } from "../platform/system-clock.ts";
import { createDirectSender } from "../webhooks/create-direct-sender.ts";
import { createLineRunner } from "../webhooks/create-line-runner.ts";
import { createSafeFetch } from "../webhooks/create-safe-fetch.ts";
import { type Answer, startReceiver } from "../webhooks/receiver.fixture.ts";
import { createResolveHost } from "../webhooks/resolve-host.ts";
import { createSecretSeal } from "../webhooks/seal-secrets.ts";
import { replayChannelDelivery } from "./channel-deliveries.ts";
import { createChannel } from "./create-channel.ts";
import { createChannelSender } from "./create-channel-sender.ts";
import { createMailSender } from "./create-mail-sender.ts";
import { closeMailServers, startMailServer } from "./mail-server.fixture.ts";
import { root, secrets } from "./notifications.fixture.ts";
import { openEndpointOrChannel } from "./open-channel.ts";
import { describeChannel, findChannel } from "./read-channels.ts";
import { testChannel } from "./test-channel.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await closeMailServers();
});

/** Everything as it is with `npm start`, with servers on this machine. */
async function open() {
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line), "DEBUG");
  const embedded = await openEmbeddedPlatform({
    ...{ environment: {}, clock: systemClock, baseUrl: () => "http://127.0.0.1:8080", log },
    deliverWake: (wake) => runner.handleWake(wake),
  });
  const clock = systemClock;
  const resolve = createResolveHost();
  const seal = createSecretSeal(embedded.platform);
  const safeFetch = createSafeFetch({ resolve, clock, allowLoopbackHttp: true });
  const mail = createMailSender({ resolve, clock, allowLoopback: true });
  const send = createChannelSender({ post: createDirectSender({ safeFetch, clock }), mail: mail.send });
  const ending = new AbortController();
  const deps = { ...embedded.platform, seal, safeFetch, mail, send, log, closing: ending.signal };
  const runner = createLineRunner({ ...deps, open: (endpoint) => openEndpointOrChannel(seal, endpoint) });
  closing.push(async () => {
    ending.abort();
    await embedded.close();
  });
  return {
    ...{ deps, lines },
    add: (kind: ChannelKind, config: object) =>
      createChannel(deps, root, SetNotificationChannel.parse({ kind, name: `my ${kind}`, config })),
  };
}

async function serve(answer: Answer) {
  const receiver = await startReceiver(answer);
  closing.push(receiver.close);
  return { ...receiver, url: `http://127.0.0.1:${receiver.port}` };
}

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

describe("a channel", () => {
  it("to a webhook gets messages that any Standard Webhooks library verifies", async () => {
    const test = await open();
    const { url, received } = await serve(answering(204, ""));
    const { id, secret = "" } = await test.add("webhook", { url });
    expect(await testChannel(test.deps, root, id)).toMatchObject({
      state: "succeeded",
      attempts: [{ status: 204 }],
    });
    const [one] = received;
    const headers = one?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(one?.body ?? "", headers)).toMatchObject({
      type: "notification",
      data: { id: headers["webhook-id"], kind: "test", count: 1 },
    });
  });

  it("to Slack's incoming webhook gets blocks", async () => {
    const test = await open();
    const { url, received } = await serve(answering(200, "ok"));
    const { id } = await test.add("slack", { webhookUrl: `${url}${secrets.slackPath}` });
    expect(await testChannel(test.deps, root, id)).toMatchObject({ state: "succeeded" });
    expect(received[0]).toMatchObject({ method: "POST", url: secrets.slackPath });
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
      blocks: [{ type: "header" }, { type: "section" }],
    });
  });

  it("to Slack by a bot says its token, and takes ok: false in a 200 for the failure that it is", async () => {
    const test = await open();
    const { url: apiUrl, received } = await serve((request, response) => {
      const isKnown = request.headers.authorization === `Bearer ${secrets.botToken}`;
      const { channel } = JSON.parse(request.body) as { channel: string };
      const error = !isKnown ? "invalid_auth" : channel === "#ops" ? undefined : "channel_not_found";
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(error ? { ok: false, error } : { ok: true, channel: "C1", ts: "1.2" }));
    });
    const bot = { token: secrets.botToken, channel: "#ops", apiUrl };
    const results = [bot, { ...bot, channel: "#gone" }, { ...bot, token: "xoxb-wrong-token" }].map(
      async (config) => {
        const { id } = await test.add("slack", config);
        const { state, attempts } = await testChannel(test.deps, root, id);
        return [state, attempts[0]?.status, attempts[0]?.answer];
      },
    );
    expect(await Promise.all(results)).toEqual([
      ["succeeded", 200, expect.stringContaining('"ok":true')],
      ["failed", 200, expect.stringContaining("channel_not_found")],
      ["failed", 200, expect.stringContaining("invalid_auth")],
    ]);
    expect(received).toHaveLength(3);
  });

  it("to PagerDuty gets an event with its routing key", async () => {
    const test = await open();
    const { url, received } = await serve(answering(202, '{"status":"success","dedup_key":"x"}'));
    const { id } = await test.add("pagerduty", {
      routingKey: secrets.routingKey,
      apiUrl: `${url}/v2/enqueue`,
    });
    expect(await testChannel(test.deps, root, id)).toMatchObject({
      state: "succeeded",
      attempts: [{ status: 202 }],
    });
    expect(received[0]?.url).toBe("/v2/enqueue");
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
      ...{ routing_key: secrets.routingKey, event_action: "trigger" },
      payload: { severity: "info", summary: "This is a test of a notification channel of Conea." },
    });
  });

  it("to Google Chat gets a text", async () => {
    const test = await open();
    const { url, received } = await serve(answering(200, '{"name":"spaces/S/messages/M"}'));
    const webhookUrl = `${url}/v1/spaces/S/messages?key=k&token=${secrets.chatToken}`;
    const { id } = await test.add("google_chat", { webhookUrl });
    expect(await testChannel(test.deps, root, id)).toMatchObject({ state: "succeeded" });
    expect(received[0]?.url).toBe(`/v1/spaces/S/messages?key=k&token=${secrets.chatToken}`);
    expect(Object.keys(JSON.parse(received[0]?.body ?? ""))).toEqual(["text"]);
  });

  it("by e-mail gets a mail, under the same Message-ID when it is sent again", async () => {
    const test = await open();
    const { port, received } = await startMailServer({});
    const { id } = await test.add("email", {
      ...{ host: "localhost", port, from: "conea@example.com", to: ["ops@example.com"] },
    });
    const { deliveryId, ...told } = await testChannel(test.deps, root, id);
    expect(told).toMatchObject({ state: "succeeded", attempts: [{ status: 250 }] });
    const again = once(awaitDelivery(test, deliveryId), "ended");
    await replayChannelDelivery(test.deps, root, id, deliveryId);
    await again;
    const ids = received.map(({ text }) => /^Message-ID: (.*)$/m.exec(text)?.[1]?.trim());
    expect(ids).toEqual([expect.stringMatching(/^<msg_\w+@example.com>$/), ids[0]]);
  });

  it("is enabled as long as nobody says that a webhook is gone", async () => {
    const test = await open();
    const { url } = await serve(answering(410, "channel_is_archived"));
    const slack = await test.add("slack", { webhookUrl: `${url}/services/archived` });
    const hook = await test.add("webhook", { url });
    for (const { id } of [slack, hook])
      expect(await testChannel(test.deps, root, id)).toMatchObject({
        state: "failed",
        attempts: [{ status: 410 }],
      });
    const stateOf = async (id: string) => (await findChannel(test.deps, root, id)).data.state;
    expect(await stateOf(slack.id)).toBe("enabled");
    expect(await stateOf(hook.id)).toBe("disabled");
    await expect(testChannel(test.deps, root, hook.id)).rejects.toThrow("The channel is disabled");
  });

  it("comes to nothing in one attempt where the test fails, and says why", async () => {
    const test = await open();
    const { url } = await serve(answering(500, "rollup_error"));
    const { id } = await test.add("slack", { webhookUrl: `${url}/services/broken` });
    const told = await testChannel(test.deps, root, id);
    expect(told).toMatchObject({
      state: "failed",
      attempts: [{ n: 1, status: 500, answer: "rollup_error" }],
    });
  });
});

/** Emits `ended` once a delivery has ended after it was pending again. */
function awaitDelivery({ deps }: Awaited<ReturnType<typeof open>>, deliveryId: string): EventTarget {
  const target = new EventTarget();
  let wasPending = false;
  const stop = deps.documents.listen<{ state: string }>(
    `webhookDeliveries/${deliveryId}`,
    (changes) => {
      const state = changes.at(-1)?.snapshot.data.state;
      if (state === "pending") wasPending = true;
      else if (wasPending) target.dispatchEvent(new Event("ended"));
    },
    () => undefined,
  );
  closing.push(async () => stop());
  return target;
}

describe("secrets", () => {
  it("are in no document, no log, no error and no answer, whatever a receiver repeats of them", async () => {
    const test = await open();
    const echo = await serve((request, response) => {
      const { url, headers, body } = request;
      response.writeHead(400).end(`${url} ${headers.authorization ?? ""} ${body}`);
    });
    const server = await startMailServer({ login: { user: "conea-mail-user", password: "another" } });
    const broken = await serve((_, response) => response.destroy());
    const mailbox = {
      ...{ host: "localhost", port: server.port, user: "conea-mail-user", password: secrets.password },
      ...{ from: "conea@example.com", to: ["ops@example.com"] },
    };
    const wanted: [ChannelKind, object][] = [echo, broken].flatMap(({ url }): [ChannelKind, object][] => [
      ["slack", { webhookUrl: `${url}${secrets.slackPath}` }],
      ["slack", { token: secrets.botToken, channel: "#ops", apiUrl: url }],
      ["pagerduty", { routingKey: secrets.routingKey, apiUrl: url }],
      ["google_chat", { webhookUrl: `${url}/v1?key=k&token=${secrets.chatToken}` }],
      ["email", mailbox],
    ]);
    const seen: unknown[] = [];
    for (const [kind, config] of wanted) {
      const created = await test.add(kind, config);
      const told = await testChannel(test.deps, root, created.id);
      expect([kind, told.state]).toEqual([kind, "failed"]);
      const { data } = await findChannel(test.deps, root, created.id);
      seen.push(created, told, await describeChannel(test.deps, data), data);
    }
    for (const collection of ["webhookDeliveries", "webhookLines", "notificationChannels"])
      seen.push(await test.deps.documents.query({ collection }));
    const text = JSON.stringify([...seen, test.lines]);
    for (const secret of Object.values(secrets)) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString("base64"));
    }
    expect(text).toContain("•••");
  });
});
