import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventSamples } from "../api/event-samples.fixture.ts";
import type { Message, Notice } from "./notice.ts";
import { anAlertEvent, configs, startMs } from "./notifications.fixture.ts";
import { toOutgoing } from "./open-channel.ts";
import { renderEmail } from "./render-email.ts";
import { renderGoogleChat } from "./render-google-chat.ts";
import { renderPagerDuty } from "./render-pagerduty.ts";
import { renderSlack } from "./render-slack.ts";
import { toChannelDelivery } from "./to-channel-delivery.ts";
import { toNotice } from "./to-notice.ts";

const alert = toNotice(anAlertEvent(startMs, "fired"));
const channel = { id: "channel_x", tenant: "main" };

function aMessage(notices: Notice[] = [alert], changes: Partial<Message> = {}): Message {
  const count = notices.length;
  const subscription = { id: "subscription_x", name: "on call" };
  return { id: "msg_x", kind: count > 1 ? "group" : "notice", subscription, count, notices, ...changes };
}

/** Whatever a title, a name or a fact may hold. */
const wildText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4_000 }),
  fc.tuple(fc.constantFrom("<", "&", "a", "😀"), fc.nat(4_000)).map(([unit, count]) => unit.repeat(count)),
);
const wildNotice = fc
  .record({ title: wildText, subject: wildText, name: wildText, value: wildText })
  .map(({ title, subject, name, value }): Notice => ({ ...alert, title, subject, facts: [{ name, value }] }));
const wildMessage = fc
  .tuple(fc.array(wildNotice, { minLength: 1, maxLength: 30 }), wildText)
  .map(([notices, name]) => aMessage(notices, { subscription: { id: "subscription_x", name } }))
  // What a delivery keeps is what is put into a form.
  .map((message) => JSON.parse(toChannelDelivery(message, { channel, now: 0 }).body) as Message);

describe("a message for Slack", () => {
  it("is in Block Kit, with its three characters escaped", () => {
    const notice = { ...alert, title: "<!channel> & friends", facts: [{ name: "Rule", value: "a<b>&c" }] };
    expect(renderSlack(aMessage([notice]))).toEqual({
      text: "&lt;!channel&gt; &amp; friends",
      blocks: [
        { type: "header", text: { type: "plain_text", text: "<!channel> & friends" } },
        {
          type: "section",
          text: { type: "mrkdwn", text: `Rule: a&lt;b&gt;&amp;c\nTime: ${alert.at}` },
        },
        { type: "context", elements: [{ type: "mrkdwn", text: "Subscription: on call" }] },
      ],
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  it("keeps within what Slack takes, whatever it holds", () => {
    fc.assert(
      fc.property(wildMessage, (message) => {
        const { text, blocks } = renderSlack(message);
        expect(blocks.length).toBeLessThanOrEqual(50);
        expect(text.length).toBeLessThanOrEqual(3_000);
        for (const block of blocks) {
          const texts = block.type === "context" ? block.elements : [block.text];
          const most = block.type === "header" ? 150 : 3_000;
          for (const { type, text: one } of texts) {
            expect(one.length).toBeGreaterThan(0);
            expect(one.length).toBeLessThanOrEqual(most);
            if (type === "mrkdwn") expect(one).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("a message for Google Chat", () => {
  it("is a text without anything that calls somebody", () => {
    const notice = { ...alert, title: "<users/all> * look", facts: [] };
    expect(renderGoogleChat(aMessage([notice]))).toEqual({
      text: `*‹users/all› ∗ look*\n\nTime: ${alert.at}\n\nSubscription: on call`,
    });
    fc.assert(
      fc.property(wildMessage, (message) => {
        const { text } = renderGoogleChat(message);
        expect(text.length).toBeLessThanOrEqual(4_000);
        expect(text).not.toMatch(/[<>]/);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a message for PagerDuty", () => {
  it("is an event of the alert's incident", () => {
    expect(renderPagerDuty(aMessage(), "key")).toEqual({
      ...{ routing_key: "key", event_action: "trigger", dedup_key: alert.alert?.id, client: "Conea" },
      payload: {
        summary: "[P1] A queue is long (openai): fired",
        ...{ source: alert.subject, severity: "error", timestamp: alert.at, class: "alert.fired" },
        custom_details: {
          ...{ Rule: "queue-length", Subject: "openai", Value: "120", Threshold: "100" },
          "Fired at": alert.at,
        },
      },
    });
    const ended = toNotice(anAlertEvent(startMs, "resolved"));
    expect(renderPagerDuty(aMessage([ended]), "key")).toEqual({
      ...{ routing_key: "key", event_action: "resolve", dedup_key: alert.alert?.id },
    });
  });

  it.each([
    ["P0", "critical"],
    ["P1", "error"],
    ["P2", "warning"],
    ["P3", "info"],
    ["P4", "info"],
  ] as const)("says of %s that it is %s", (severity, expected) => {
    const notice = toNotice(anAlertEvent(startMs, "fired", { severity }));
    expect(renderPagerDuty(aMessage([notice]), "key").payload?.severity).toBe(expected);
  });

  it("keeps within what PagerDuty takes, whatever it holds", () => {
    fc.assert(
      fc.property(wildMessage, (message) => {
        const event = renderPagerDuty(message, "key");
        expect(event.payload?.summary.length).toBeLessThanOrEqual(1_024);
        expect(event.dedup_key.length).toBeLessThanOrEqual(255);
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(512 * 1_024);
      }),
      { numRuns: 50 },
    );
  });
});

describe("an e-mail", () => {
  const { from, to } = configs.email;

  it("has the message's id, a list and a conversation of its own, and says that nobody wrote it", () => {
    const mail = renderEmail(aMessage(), configs.email);
    expect(mail).toMatchObject({
      ...{ from, to, subject: "[P1] A queue is long (openai): fired", messageId: "<msg_x@example.com>" },
      references: `<${alert.alert?.id}@example.com>`,
      listId: "<subscription_x.notifications.example.com>",
    });
    expect(mail.text).toContain("Threshold: 100");
    expect(mail.html).toContain("<h3>[P1] A queue is long (openai): fired</h3>");
  });

  it("has a subject of one line and no HTML but its own, whatever it holds", () => {
    const evil = {
      ...alert,
      title: "a\r\nBcc: eve@example.com\u2028<script>",
      facts: [{ name: "<b>", value: "'\"&" }],
    };
    const mail = renderEmail(aMessage([evil]), configs.email);
    expect(mail.subject).toBe("a Bcc: eve@example.com <script>");
    expect(mail.html).toContain("&lt;script&gt;");
    expect(mail.html).toContain("&lt;b&gt;: &#39;&quot;&amp;");
    fc.assert(
      fc.property(wildMessage, (message) => {
        const { subject, html } = renderEmail(message, configs.email);
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(subject.length).toBeLessThanOrEqual(200);
        expect(html.replaceAll(/<(!doctype html|\/?(html|body|h3|p|small)|br)>/g, "")).not.toMatch(/[<>]/);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a notice", () => {
  it("can be made and sent of every type of event", () => {
    for (const event of Object.values(eventSamples).flat()) {
      const message = aMessage([toNotice(event)]);
      const outgoing = toOutgoing({ kind: "slack", config: { webhookUrl: "https://example.com/" } }, message);
      expect(outgoing.body).toContain(event.type.split(".").at(-1));
    }
  });

  it("of more than twenty keeps the first, and the number of all", () => {
    const message = aMessage(Array.from({ length: 400 }, () => alert));
    const kept = JSON.parse(toChannelDelivery(message, { channel, now: 0 }).body) as Message;
    expect([kept.notices.length, kept.count]).toEqual([20, 400]);
    expect(renderSlack(kept).blocks).toHaveLength(22);
    expect(renderGoogleChat(kept).text.length).toBeLessThanOrEqual(4_000);
    expect(renderEmail(kept, configs.email).text).toContain("380 more are not listed.");
  });
});
