import { describe, expect, it } from "vitest";
import type { Event } from "../api/events.ts";
import { countDocuments } from "../platform/count-documents.ts";
import { sweepWebhooks } from "../webhooks/sweep-webhooks.ts";
import { sweepNotifications } from "./carry-out-due.ts";
import type { Message } from "./notice.ts";
import {
  aBatchEvent,
  actionsOf,
  anAlertEvent,
  minuteMs,
  type NotificationsTest,
  openTestNotifications,
  openWithSlack,
  root,
  startMs,
  textsOf,
} from "./notifications.fixture.ts";
import { notify } from "./notify.ts";

describe("crashes", () => {
  it("leave everything told once, wherever the store fails and whichever answer is lost", async () => {
    for (let failAt = 1; failAt <= 6; failAt++)
      for (const isLost of [false, true]) {
        let commits = Number.NEGATIVE_INFINITY;
        const test = await openTestNotifications({
          wrap: (documents) => ({
            ...documents,
            async commit(writes) {
              commits += 1;
              if (commits !== failAt) return documents.commit(writes);
              if (isLost) await documents.commit(writes);
              throw new Error("the store is unavailable");
            },
          }),
        });
        const slack = await test.channel("slack");
        const pager = await test.channel("pagerduty");
        const both = [slack, pager];
        await test.subscribe({ channels: both, types: ["alert.*"], coolDownSeconds: 60 });
        await test.subscribe({ channels: [slack], types: ["batch.*"], groupBySeconds: 60 });
        commits = 0;
        const events = [
          anAlertEvent(startMs, "fired"),
          aBatchEvent(startMs),
          aBatchEvent(startMs),
          anAlertEvent(startMs, "acknowledged"),
          anAlertEvent(startMs, "resolved"),
        ];
        for (const event of events) {
          // As Pub/Sub does: what was not taken comes again, before what follows.
          await notify(test.deps, event).catch(() => notify(test.deps, event));
          await test.clock.advance(50);
        }
        for (let n = 0; n < 3; n++) {
          await test.clock.advance(minuteMs);
          await sweepNotifications(test.deps);
          await sweepWebhooks(test.deps);
        }
        await test.clock.advance(minuteMs);
        const label = `commit ${failAt}${isLost ? ", answer lost" : ""}`;
        expect([label, ...actionsOf(test)]).toEqual([label, "trigger", "acknowledge", "resolve"]);
        expect([label, textsOf(test).filter((text) => text.startsWith("2 notifications")).length]).toEqual([
          label,
          1,
        ]);
        expect(test.bodiesOf("slack")).toHaveLength(4);
        await test.close();
      }
  });

  it("of whoever made a delivery before its wake are made good by the sweep of lines", async () => {
    let isDeaf = true;
    const test = await openWithSlack({}, { loses: () => isDeaf });
    await test.publish(anAlertEvent(startMs, "fired"));
    expect(test.sent).toEqual([]);
    expect(await test.deliveries()).toMatchObject([{ state: "pending" }]);
    isDeaf = false;
    await sweepWebhooks(test.deps);
    await test.clock.advance(100);
    expect(textsOf(test)).toHaveLength(1);
  });

  it("of two who tell of the same at once leave one of them", async () => {
    let isHeld = true;
    const held: (() => void)[] = [];
    const test = await openTestNotifications({
      wrap: (documents) => ({
        ...documents,
        async commit(writes) {
          const isThread = writes.some(({ path }) => path.startsWith("notificationThreads/"));
          if (isThread && isHeld) await new Promise<void>((resolve) => held.push(resolve));
          return documents.commit(writes);
        },
      }),
    });
    await test.subscribe({ channels: [await test.channel("slack")] });
    const event = anAlertEvent(startMs, "fired");
    const both = [notify(test.deps, event), notify(test.deps, event)];
    await test.clock.advance(1);
    expect(held).toHaveLength(2);
    isHeld = false;
    for (const go of held) go();
    await Promise.all(both);
    await test.clock.advance(100);
    expect(textsOf(test)).toHaveLength(1);
  });
});

describe("a vendor's answer", () => {
  it("that says when to come again is heeded, and one that nothing mends ends the message", async () => {
    const test = await openWithSlack();
    const gone = { status: 200, text: '{"ok":false,"error":"channel_not_found"}' };
    test.answers.answer = (_, n) => (n === 1 ? { status: 429, retryAfter: "120" } : n === 2 ? gone : {});
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(24 * 60 * minuteMs);
    expect(test.minutesOf("slack")).toEqual([0, 2]);
    const [delivery] = await test.deliveries();
    expect(delivery).toMatchObject({ state: "failed", attemptCount: 2 });
    expect(delivery?.attempts[1]).toMatchObject({
      status: 200,
      answer: expect.stringContaining("channel_not_found"),
    });
  });

  it("that stays bad for five days disables the channel, of which others can be told", async () => {
    const test = await openTestNotifications();
    const [slack, mail] = [await test.channel("slack"), await test.channel("email")];
    await test.subscribe({ types: ["batch.*"], channels: [slack] });
    await test.subscribe({ types: ["endpoint.*"], channels: [mail] });
    test.answers.answer = ({ kind }) => (kind === "slack" ? { status: 503 } : {});
    for (let hours = 0; hours < 126; hours++) {
      if (hours % 24 === 0) await test.publish(aBatchEvent(startMs + hours * 60 * minuteMs));
      await test.clock.advance(60 * minuteMs);
      await sweepWebhooks(test.deps);
    }
    await test.clock.advance(minuteMs);
    const subjects = test.bodiesOf("email").map(({ subject }) => String(subject).split(":")[0]);
    expect(subjects).toEqual([...Array(3).fill("endpoint.warning"), "endpoint.disabled"]);
    expect(JSON.stringify(test.bodiesOf("email"))).not.toContain("hooks.slack.com");
    const states = (await test.all<{ kind: string; state: string }>("notificationChannels")).map(
      ({ kind, state }) => [kind, state],
    );
    expect(Object.fromEntries(states)).toEqual({ slack: "disabled", email: "enabled" });
  });
});

describe("the store", () => {
  /** What telling of `event` costs a process that knows its subscriptions. */
  async function costOf(fields: object, event: Event, follow = async (_: NotificationsTest["deps"]) => {}) {
    const test = await openTestNotifications({ loses: () => true });
    const channels = [await test.channel("slack"), await test.channel("email")];
    const id = await test.subscribe({ channels, ...fields });
    await test.deps.subscriptions.find(root.tenant);
    const { documents, counts } = countDocuments(test.deps.documents);
    await notify({ ...test.deps, documents }, event);
    await test.clock.advance(2 * minuteMs);
    await follow({ ...test.deps, documents });
    const sum = (kind: "reads" | "writes") =>
      [...counts.values()].reduce((total, one) => total + one[kind], 0);
    return { id, reads: sum("reads"), writes: sum("writes") };
  }

  it("is asked for nothing and written once for each channel where an event is told at once", async () => {
    expect(await costOf({ types: ["batch.*"] }, aBatchEvent(startMs))).toMatchObject({ reads: 0, writes: 2 });
  });

  it("is read once and written once more where there is a thread", async () => {
    const event = anAlertEvent(startMs, "fired");
    expect(await costOf({}, event)).toMatchObject({ reads: 1, writes: 3 });
  });

  it("is written once for a notice that waits, once more when it is sent, and once for each channel's message", async () => {
    const fields = { types: ["batch.*"], groupBySeconds: 60 };
    expect(await costOf(fields, aBatchEvent(startMs))).toMatchObject({ reads: 0, writes: 1 });
    const flush = async (deps: NotificationsTest["deps"]) => void (await sweepNotifications(deps));
    expect(await costOf(fields, aBatchEvent(startMs), flush)).toMatchObject({ writes: 1 + 1 + 2 });
  });
});

describe("what is stored", () => {
  it("is the message, and no secret", async () => {
    const test = await openWithSlack();
    await test.publish(anAlertEvent(startMs, "fired"));
    const [delivery] = await test.deliveries();
    const message = JSON.parse(delivery?.body ?? "") as Message;
    expect(message).toMatchObject({ kind: "notice", count: 1, subscription: { name: "on call" } });
    expect(message.id).toBe(delivery?.messageId);
    expect(delivery).toMatchObject({ state: "succeeded", type: "alert.fired" });
  });
});
