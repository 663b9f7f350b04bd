import { afterEach, describe, expect, it } from "vitest";
import { createLog, type LogLine } from "../../shared/core/log.ts";
import { createChannelSender } from "../../shared/notifications/create-channel-sender.ts";
import { createMailSender } from "../../shared/notifications/create-mail-sender.ts";
import { closeMailServers, startMailServer } from "../../shared/notifications/mail-server.fixture.ts";
import { configs, secrets, startMs } from "../../shared/notifications/notifications.fixture.ts";
import { toOutgoing } from "../../shared/notifications/open-channel.ts";
import { systemClock } from "../../shared/platform/system-clock.ts";
import { createRemoteSender } from "../../shared/webhooks/create-remote-sender.ts";
import { selfSigned } from "../../shared/webhooks/self-signed.fixture.ts";
import { createDeliverWebhook } from "./deliver-webhook.ts";

const certificate = selfSigned(configs.email.host);
const notice = {
  ...{ eventId: "e", type: "alert.fired" as const, sequence: 1, at: new Date(startMs).toISOString() },
  ...{ title: "A queue is long", level: "error" as const, subject: "alerts/a", facts: [] },
};

afterEach(closeMailServers);

/** The function, called as `run-webhooks` calls it, and a mail server that stands for one on the internet. */
async function open(password: string = secrets.password) {
  const server = await startMailServer({ certificate, login: { user: "conea", password } });
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line), "DEBUG");
  const mail = createMailSender({
    resolve: async () => ["127.0.0.1"],
    allowAddress: (_, port) => port === server.port,
    isPort: (port) => port === server.port,
    ...{ clock: systemClock, ca: certificate.cert },
  });
  const post = () => Promise.reject(new Error("an e-mail was posted"));
  const handle = createDeliverWebhook({ send: createChannelSender({ post, mail: mail.send }), log });
  const send = createRemoteSender({
    url: "https://deliver-webhook.example.com/",
    fetch: async (input, init) => handle(new Request(input, init)),
    authorize: async () => ({}),
  });
  const channel = { kind: "email" as const, config: { ...configs.email, port: server.port } };
  const outgoing = toOutgoing(channel, { id: "msg_x", kind: "notice", count: 1, notices: [notice] });
  return { ...server, lines, handle, outcome: () => send(outgoing) };
}

describe("deliver-webhook", () => {
  it("gives a mail to its server, and tells what that replied", async () => {
    const { outcome, received, lines } = await open();
    expect(await outcome()).toMatchObject({ status: 250 });
    expect(received).toMatchObject([{ to: ["ops@example.com"], isSecure: true, user: "conea" }]);
    expect(JSON.stringify(lines)).not.toContain(secrets.password);
  });

  it("tells of a login that is refused", async () => {
    const { outcome, received } = await open("another");
    expect(await outcome()).toMatchObject({ status: 535 });
    expect(received).toEqual([]);
  });

  it("refuses a mail server that is none", async () => {
    const { handle } = await open();
    const body = JSON.stringify({ url: "", headers: {}, body: "{}", mail: { host: "h", port: "587" } });
    const request = new Request("http://function/", {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
    });
    expect((await handle(request)).status).toBe(422);
  });
});
