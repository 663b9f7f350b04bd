import { describe, expect, it } from "vitest";
import { sweepNotifications } from "./carry-out-due.ts";
import {
  actionsOf,
  anAlertEvent,
  minuteMs,
  openTestNotifications,
  root,
  startMs,
  textsOf,
} from "./notifications.fixture.ts";
import { replaceSubscription } from "./write-subscriptions.ts";

describe("escalation", () => {
  async function climb(fields: object = {}) {
    const test = await openTestNotifications();
    const [slack, pager, mail] = [
      await test.channel("slack"),
      await test.channel("pagerduty"),
      await test.channel("email"),
    ];
    const escalation = [
      { afterMinutes: 10, channels: [pager] },
      { afterMinutes: 30, channels: [mail] },
    ];
    const id = await test.subscribe({ channels: [slack], escalation, ...fields });
    return { ...test, id, slack, pager, mail };
  }

  it("tells the next in time until somebody acknowledges, and all who were told of the end", async () => {
    const test = await climb();
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(20 * minuteMs);
    expect(test.minutesOf("pagerduty")).toEqual([10]);
    await test.publish(anAlertEvent(startMs, "acknowledged"));
    await test.clock.advance(60 * minuteMs);
    expect(test.minutesOf("email")).toEqual([]);
    await test.publish(anAlertEvent(startMs, "resolved"));
    await test.clock.advance(5_000);
    expect(actionsOf(test)).toEqual(["trigger", "acknowledge", "resolve"]);
    expect(textsOf(test)).toHaveLength(3);
  });

  it("goes up to the end where nobody does, each step once", async () => {
    const test = await climb();
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(120 * minuteMs);
    for (let n = 0; n < 3; n++) await sweepNotifications(test.deps);
    await test.clock.advance(minuteMs);
    expect([test.minutesOf("slack"), test.minutesOf("pagerduty"), test.minutesOf("email")]).toEqual([
      [0],
      [10],
      [30],
    ]);
    expect(test.bodiesOf("email")[0]?.subject).toMatch(/^Escalation 2: \[P1\]/);
  });

  it("begins anew with each time the alert fires", async () => {
    const test = await climb();
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(5 * minuteMs);
    await test.publish(anAlertEvent(startMs, "resolved"));
    await test.clock.advance(60 * minuteMs);
    expect(test.minutesOf("pagerduty")).toEqual([]);
    const firedAt = new Date(startMs + 65 * minuteMs).toISOString();
    await test.publish(anAlertEvent(startMs, "fired", { sequence: 4, firedAt }));
    await test.clock.advance(15 * minuteMs);
    expect(test.minutesOf("pagerduty").map(Math.round)).toEqual([75]);
  });

  it("counts from when the first were told, and waits for the schedule to open", async () => {
    const schedule = { days: ["mon", "tue"], from: "09:00", to: "12:05", timeZone: "UTC" };
    const test = await climb({ schedule });
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(24 * 60 * minuteMs);
    expect(test.minutesOf("slack")).toEqual([0]);
    expect(test.minutesOf("pagerduty")).toEqual([21 * 60]);
  });

  it("stops where the subscription is switched off", async () => {
    const test = await climb();
    await test.publish(anAlertEvent(startMs, "fired"));
    const off = { name: "off", types: ["alert.*" as const], leastSeverity: "P4" as const, enabled: false };
    const rest = { channels: [test.slack], groupBySeconds: 0, coolDownSeconds: 0, escalation: [] };
    await replaceSubscription(test.deps, root, test.id, { ...off, ...rest });
    await test.clock.advance(60 * minuteMs);
    expect(test.minutesOf("pagerduty")).toEqual([]);
    expect(await test.all("notificationThreads")).toMatchObject([{ alert: { step: 0 } }]);
    expect((await test.all<object>("notificationThreads"))[0]).not.toHaveProperty("dueAt");
  });
});
