import { describe, expect, it } from "vitest";
import { sweepNotifications } from "./carry-out-due.ts";
import {
  actionsOf,
  anAlertEvent,
  minuteMs,
  openTestNotifications,
  startMs,
} from "./notifications.fixture.ts";

describe("PagerDuty", () => {
  async function page(fields: object = {}) {
    const test = await openTestNotifications();
    const pager = await test.channel("pagerduty");
    const id = await test.subscribe({ types: ["alert.fired"], channels: [pager], ...fields });
    return { ...test, pager, id };
  }

  it("hears of an acknowledgement and an end under the alert's id, asked for or not", async () => {
    const test = await page();
    for (const type of ["fired", "acknowledged", "resolved"] as const)
      await test.publish(anAlertEvent(startMs, type));
    await test.clock.advance(5_000);
    const { id } = anAlertEvent(startMs, "fired").alert;
    expect(test.bodiesOf("pagerduty")).toMatchObject([
      { event_action: "trigger", dedup_key: id },
      { event_action: "acknowledge", dedup_key: id },
      { event_action: "resolve", dedup_key: id },
    ]);
  });

  it("gets no trigger after the end of its alert, however often the trigger failed before", async () => {
    const test = await page();
    test.answers.answer = ({ body }) => (body.event_action === "trigger" ? { status: 500 } : {});
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(minuteMs);
    await test.publish(anAlertEvent(startMs, "resolved"));
    await test.clock.advance(300 * minuteMs);
    expect(actionsOf(test).slice(0, -1)).toEqual(["trigger", "trigger"]);
    expect(actionsOf(test).at(-1)).toBe("resolve");
    const trigger = (await test.deliveries()).find(({ type }) => type === "alert.fired");
    expect(trigger).toMatchObject({ state: "failed" });
    expect(trigger?.attempts.at(-1)).toMatchObject({ failure: "superseded" });
  });

  it("gets no end after the next beginning, however often the end failed before", async () => {
    const test = await page();
    await test.publish(anAlertEvent(startMs, "fired"));
    test.answers.answer = ({ body }) => (body.event_action === "resolve" ? { status: 500 } : {});
    await test.publish(anAlertEvent(startMs, "resolved", { sequence: 2 }));
    await test.clock.advance(minuteMs);
    await test.publish(anAlertEvent(startMs, "fired", { sequence: 3 }));
    await test.clock.advance(300 * minuteMs);
    expect(actionsOf(test)).toEqual(["trigger", "resolve", "resolve", "trigger"]);
  });

  it("gets an end that comes while its trigger is under way after it", async () => {
    const test = await page();
    await test.embedded.platform.events.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(3);
    expect(await test.deliveries()).toMatchObject([{ state: "pending", attemptCount: 0 }]);
    expect(actionsOf(test)).toEqual(["trigger"]);
    await test.publish(anAlertEvent(startMs, "resolved"));
    await test.clock.advance(300 * minuteMs);
    expect(actionsOf(test)).toEqual(["trigger", "resolve"]);
  });

  it("gets each alert of a window by itself, and none that began and ended within it", async () => {
    const test = await page({ types: ["alert.*"], groupBySeconds: 60 });
    await test.publish(anAlertEvent(startMs, "fired", { id: "alert_one" }));
    await test.publish(anAlertEvent(startMs, "fired", { id: "alert_two" }));
    await test.publish(anAlertEvent(startMs, "resolved", { id: "alert_one" }));
    await test.clock.advance(minuteMs);
    expect(test.bodiesOf("pagerduty")).toMatchObject([{ event_action: "trigger", dedup_key: "alert_two" }]);
    await test.publish(anAlertEvent(startMs, "acknowledged", { id: "alert_two" }));
    await test.publish(anAlertEvent(startMs, "resolved", { id: "alert_two" }));
    await test.clock.advance(minuteMs);
    expect(actionsOf(test)).toEqual(["trigger", "resolve"]);
  });

  it("gets an end behind its beginning also where that waits past its time", async () => {
    const test = await openTestNotifications({ loses: ({ reason }) => reason === "due" });
    const pager = await test.channel("pagerduty");
    const schedule = { days: ["mon"], from: "12:00", to: "12:01", timeZone: "UTC", outside: "drop" };
    await test.subscribe({ channels: [pager], groupBySeconds: 60, schedule });
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(5 * minuteMs);
    await test.publish(anAlertEvent(startMs, "resolved"));
    await sweepNotifications(test.deps);
    await test.clock.advance(minuteMs);
    expect(test.sent).toEqual([]);
  });
});
