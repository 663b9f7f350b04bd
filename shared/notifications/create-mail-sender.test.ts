import { afterEach, describe, expect, it } from "vitest";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { systemClock } from "../platform/system-clock.ts";
import { selfSigned } from "../webhooks/self-signed.fixture.ts";
import { attemptMs, type MailServer } from "../webhooks/send.ts";
import { createMailSender, type MailSenderOptions } from "./create-mail-sender.ts";
import type { Mail } from "./mail.ts";
import { closeMailServers, type MailServerOptions, startMailServer } from "./mail-server.fixture.ts";

const host = "mail.example.com";
const certificate = selfSigned(host);
const login = { user: "conea", password: "mail-password-secret" };
const mail: Mail = {
  ...{ from: "conea@example.com", to: ["ops@example.com", "two@example.com"], subject: "Ärger über alles" },
  ...{ text: "text\n.\nmore", html: "<p>html</p>", messageId: "<msg_x@example.com>" },
  ...{ references: "<alert_x@example.com>", listId: "<subscription_x.notifications.example.com>" },
};

afterEach(closeMailServers);

/** A name that leads to this machine, where only that one server may be called, as if it stood on port 587 or 465. */
async function open(
  server: MailServerOptions = { certificate, login },
  options: Partial<MailSenderOptions> = {},
) {
  const started = await startMailServer(server);
  const sender = createMailSender({
    resolve: async () => ["127.0.0.1"],
    allowAddress: (address, port) => address === "127.0.0.1" && port === started.port,
    isPort: (port) => port === started.port,
    ...{ clock: systemClock, ca: certificate.cert },
    ...options,
  });
  const send = (changes: Partial<MailServer> = {}) => {
    const to = { host, port: started.port, ...login, ...changes };
    return sender.send({ url: "", headers: {}, body: JSON.stringify(mail), mail: to });
  };
  return { ...started, sender, send };
}

describe("a mail sender", () => {
  it("gives a mail to its server over TLS, as its user", async () => {
    const { send, received } = await open();
    expect(await send()).toMatchObject({ status: 250, isCut: false });
    const [one] = received;
    expect(one).toMatchObject({ from: mail.from, to: mail.to, isSecure: true, user: "conea" });
    for (const header of [
      "Message-ID: <msg_x@example.com>",
      "In-Reply-To: <alert_x@example.com>",
      "List-ID: <subscription_x.notifications.example.com>",
      "Auto-Submitted: auto-generated",
      "Content-Type: multipart/alternative",
    ])
      expect(one?.text).toContain(header);
    expect(one?.text).toMatch(/^Subject: =\?UTF-8\?/m);
  });

  it("sends nothing, and no password, where the server offers no TLS", async () => {
    const { send, received } = await open({ login });
    expect(await send()).toMatchObject({ failure: "insecure" });
    expect(received).toEqual([]);
  });

  it("sends nothing where the certificate is another's", async () => {
    const { send, received } = await open({ certificate: selfSigned("other.example.com"), login });
    expect(await send()).toMatchObject({ failure: "insecure" });
    expect(received).toEqual([]);
  });

  it.each([
    ["rcpt", 550, "5.1.1 no such user"],
    ["data", 451, "4.7.1 greylisted"],
  ] as const)("reports what the server replies to %s: %i", async (at, code, message) => {
    const { send } = await open({ certificate, login, refusal: { at, code, message } });
    expect(await send()).toMatchObject({ status: code, text: expect.stringContaining(message) });
  });

  it("reports a login that is refused", async () => {
    const { send } = await open();
    expect(await send({ password: "wrong" })).toMatchObject({ status: 535 });
  });

  it("gives up on a server that says nothing, in time", async () => {
    const clock = createVirtualClock();
    const { send, connections } = await open({ certificate, silent: true }, { clock });
    const outcome = send();
    while (connections() === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(attemptMs);
    expect(await outcome).toMatchObject({ failure: "timeout", durationMs: attemptMs });
  });

  it("connects to no address that is not public, also where only one of several is not", async () => {
    for (const addresses of [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["93.184.216.34", "::1"]]) {
      const test = await open({ certificate }, { resolve: async () => addresses, allowAddress: () => false });
      expect(await test.send()).toMatchObject({ failure: "denied" });
      expect(test.connections()).toBe(0);
    }
  });

  it("connects to the address that it checked, whatever the name leads to a moment later", async () => {
    const asked: string[] = [];
    const test = await open(undefined, {
      resolve: async (name) => {
        asked.push(name);
        return asked.length === 1 ? ["127.0.0.1"] : ["10.0.0.1"];
      },
    });
    expect(await test.send()).toMatchObject({ status: 250 });
    expect(asked).toEqual([host]);
  });

  it("takes this machine, without TLS, only in local mode and by its own name", async () => {
    const server = await startMailServer({});
    const deps = { resolve: async () => ["127.0.0.1"], clock: systemClock };
    const to = (name: string) => ({ host: name, port: server.port });
    const local = createMailSender({ ...deps, allowLoopback: true });
    for (const name of ["localhost", "127.0.0.1"]) await local.check(to(name));
    const outgoing = { url: "", headers: {}, body: JSON.stringify(mail), mail: to("localhost") };
    expect(await local.send(outgoing)).toMatchObject({ status: 250 });
    await expect(local.check(to(host))).rejects.toThrow("port 465, 587 or 2525");
    await expect(local.check({ host, port: 587 })).rejects.toThrow("not public (loopback)");
    const remote = createMailSender(deps);
    await expect(remote.check({ host: "localhost", port: 587 })).rejects.toThrow("not public (loopback)");
    await expect(remote.check(to("localhost"))).rejects.toThrow("port 465, 587 or 2525");
  });

  it("refuses a server that cannot be one, and says why", async () => {
    const sender = createMailSender({ resolve: async () => [], clock: systemClock });
    await expect(sender.check({ host, port: 25 })).rejects.toThrow("port 465, 587 or 2525");
    await expect(sender.check({ host: "a b", port: 587 })).rejects.toThrow("no valid name");
    await expect(sender.check({ host: "user@host", port: 587 })).rejects.toThrow("no valid name");
    await expect(sender.check({ host, port: 587 })).rejects.toThrow("leads to no address");
  });
});
