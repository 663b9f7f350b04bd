import { describe, expect, it } from "vitest";
import type { Event } from "../api/events.ts";
import { sweepNotifications } from "./carry-out-due.ts";
import {
  aBatchEvent,
  actionsOf,
  anAlertEvent,
  minuteMs,
  openTestNotifications,
  openWithSlack,
  startMs,
  textsOf,
} from "./notifications.fixture.ts";

describe("a subscription", () => {
  it("tells of the types it asks for, and of no others", async () => {
    const test = await openWithSlack({ types: ["batch.failed"] });
    await test.publish(aBatchEvent(startMs));
    await test.publish(aBatchEvent(startMs, "batch.completed"));
    await test.publish(anAlertEvent(startMs, "fired"));
    expect(textsOf(test)).toEqual([expect.stringContaining("batch.failed")]);
  });

  it("tells of alerts from its least severity up", async () => {
    const test = await openWithSlack({ leastSeverity: "P1" });
    for (const severity of ["P0", "P1", "P2", "P4"] as const)
      await test.publish(anAlertEvent(startMs, "fired", { id: `alert_${severity}`, severity }));
    await test.clock.advance(5_000);
    expect(textsOf(test).map((text) => text.slice(0, 4))).toEqual(["[P0]", "[P1]"]);
  });

  it("is of its tenant alone", async () => {
    const test = await openWithSlack();
    await test.publish(anAlertEvent(startMs, "fired", { tenant: "other" }));
    expect(test.sent).toEqual([]);
  });

  it("tells nothing while it is not enabled", async () => {
    const test = await openWithSlack({ enabled: false });
    await test.publish(anAlertEvent(startMs, "fired"));
    expect(test.sent).toEqual([]);
  });

  it("makes nothing of an event that comes twice, whichever way it goes", async () => {
    for (const fields of [{}, { coolDownSeconds: 60 }, { groupBySeconds: 60 }]) {
      const test = await openWithSlack({ types: ["batch.*", "alert.*"], ...fields });
      const events: Event[] = [aBatchEvent(startMs), anAlertEvent(startMs, "fired")];
      for (const event of [...events, ...events]) await test.publish(event);
      await test.clock.advance(2 * minuteMs);
      for (const event of events) await test.publish(event);
      await test.clock.advance(2 * minuteMs);
      const told = test.bodiesOf("slack").length;
      expect([fields, told]).toEqual([fields, "groupBySeconds" in fields ? 1 : 2]);
      expect(test.lines.filter(({ severity }) => severity === "WARNING" || severity === "ERROR")).toEqual([]);
    }
  });

  it("makes nothing of an alert's event that comes after a later one", async () => {
    const test = await openWithSlack();
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.publish(anAlertEvent(startMs, "fired", { sequence: 3 }));
    await test.publish(anAlertEvent(startMs, "resolved", { sequence: 2 }));
    await test.clock.advance(5_000);
    expect(textsOf(test)).toHaveLength(2);
    await test.publish(anAlertEvent(startMs, "resolved", { sequence: 4 }));
    await test.clock.advance(5_000);
    expect(textsOf(test)).toHaveLength(3);
  });

  it("tells of the end of an alert only who was told of its beginning", async () => {
    const test = await openWithSlack({ types: ["alert.fired", "alert.resolved"] });
    await test.publish(anAlertEvent(startMs, "resolved"));
    expect(test.sent).toEqual([]);
    const only = await openWithSlack({ types: ["alert.resolved"] });
    await only.publish(anAlertEvent(startMs, "resolved"));
    expect(textsOf(only)).toEqual([expect.stringContaining("resolved")]);
  });
});

describe("grouping", () => {
  it("makes one message with a count of all that comes within a window", async () => {
    const test = await openWithSlack({ types: ["batch.*"], groupBySeconds: 300 });
    for (let n = 0; n < 25; n++) await test.publish(aBatchEvent(startMs));
    expect(test.sent).toEqual([]);
    await test.clock.advance(5 * minuteMs);
    expect(test.minutesOf("slack")).toEqual([5]);
    expect(textsOf(test)[0]).toMatch(/^25 notifications: batch.failed.* and 24 more/);
    expect(test.bodiesOf("slack")[0]?.blocks).toHaveLength(22);
    await test.publish(aBatchEvent(startMs));
    await test.clock.advance(5 * minuteMs);
    expect(test.minutesOf("slack")).toEqual([5, 10]);
  });

  it("makes several of more than one commit takes, and loses none", async () => {
    const test = await openTestNotifications();
    const pagers = [];
    for (let n = 0; n < 3; n++) pagers.push(await test.channel("pagerduty"));
    await test.subscribe({ channels: [...pagers, await test.channel("slack")], groupBySeconds: 60 });
    for (let n = 0; n < 150; n++) await test.publish(anAlertEvent(startMs, "fired", { id: `alert_${n}` }));
    await test.clock.advance(10 * minuteMs);
    const counts = textsOf(test).map((text) => Number(/^\d+/.exec(text)?.[0]));
    expect(counts).toEqual([75, 75]);
    expect(new Set(test.bodiesOf("pagerduty").map((body) => body.dedup_key)).size).toBe(150);
    expect(test.bodiesOf("pagerduty")).toHaveLength(450);
  });

  it("loses nothing where the wake is lost, or two carry it out at once", async () => {
    const test = await openWithSlack(
      { types: ["batch.*"], groupBySeconds: 60 },
      { loses: ({ reason }) => reason === "due" },
    );
    for (let n = 0; n < 3; n++) await test.publish(aBatchEvent(startMs));
    await test.clock.advance(2 * minuteMs);
    expect(test.sent).toEqual([]);
    await Promise.all([sweepNotifications(test.deps), sweepNotifications(test.deps)]);
    await test.clock.advance(minuteMs);
    expect(textsOf(test)).toEqual([expect.stringMatching(/^3 notifications/)]);
  });
});

describe("a cool-down", () => {
  it("counts what it suppresses of one type and subject, and lets others through", async () => {
    const test = await openWithSlack({ types: ["batch.*"], coolDownSeconds: 600 });
    const event = aBatchEvent(startMs);
    const again = (n: number) => ({ ...event, id: `${event.id}-${n}` });
    await test.publish(event);
    for (let n = 0; n < 3; n++) await test.publish(again(n));
    await test.publish(aBatchEvent(startMs));
    await test.clock.advance(11 * minuteMs);
    await test.publish(again(9));
    await test.clock.advance(minuteMs);
    expect(test.minutesOf("slack").map(Math.round)).toEqual([0, 0, 11]);
    expect(JSON.stringify(test.bodiesOf("slack")[2])).toContain("3 like it were not told since the last.");
  });

  it("tells of an alert that fires again once it is over, if it still fires", async () => {
    const test = await openWithSlack({ coolDownSeconds: 3_600 });
    const at = (n: number) => ({ sequence: n, firedAt: new Date(startMs + n).toISOString() });
    await test.publish(anAlertEvent(startMs, "fired", at(1)));
    await test.publish(anAlertEvent(startMs, "resolved", at(2)));
    await test.clock.advance(10 * minuteMs);
    await test.publish(anAlertEvent(startMs, "fired", at(3)));
    await test.clock.advance(minuteMs);
    await test.publish(anAlertEvent(startMs, "resolved", at(4)));
    await test.clock.advance(60 * minuteMs);
    expect(test.sent).toHaveLength(2);
    await test.publish(anAlertEvent(startMs, "fired", at(5)));
    await test.publish(anAlertEvent(startMs, "resolved", at(6)));
    await test.publish(anAlertEvent(startMs, "fired", at(7)));
    await test.clock.advance(120 * minuteMs);
    expect(textsOf(test).map((text) => text.split(": ").at(-1))).toEqual([
      ...["fired", "resolved", "fired", "resolved", "fired"],
    ]);
    expect(Math.round(test.minutesOf("slack").at(-1) ?? 0)).toBe(71 + 60);
  });
});

describe("a schedule", () => {
  const schedule = { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00", timeZone: "UTC" };

  it("holds what comes outside of it until it opens, as one message", async () => {
    const test = await openWithSlack({ types: ["batch.*"], schedule });
    await test.publish(aBatchEvent(startMs));
    await test.clock.advance(6 * 60 * minuteMs);
    for (let n = 0; n < 3; n++) await test.publish(aBatchEvent(startMs));
    await test.clock.advance(24 * 60 * minuteMs);
    expect(test.minutesOf("slack").map(Math.round)).toEqual([0, 21 * 60]);
    expect(textsOf(test)[1]).toMatch(/^3 notifications/);
  });

  it("drops what comes outside of it where it is told to", async () => {
    const test = await openWithSlack({ types: ["batch.*"], schedule: { ...schedule, outside: "drop" } });
    await test.clock.advance(6 * 60 * minuteMs);
    await test.publish(aBatchEvent(startMs));
    await test.clock.advance(48 * 60 * minuteMs);
    expect(test.sent).toEqual([]);
  });

  it("lets PagerDuty hear of an end outside of it, of what it was told inside", async () => {
    const test = await openTestNotifications();
    const [pager, slack] = [await test.channel("pagerduty"), await test.channel("slack")];
    await test.subscribe({ channels: [pager, slack], schedule: { ...schedule, outside: "drop" } });
    await test.publish(anAlertEvent(startMs, "fired"));
    await test.clock.advance(6 * 60 * minuteMs);
    await test.publish(anAlertEvent(startMs, "resolved"));
    await test.publish(anAlertEvent(startMs, "fired", { sequence: 4 }));
    await test.publish(anAlertEvent(startMs, "resolved", { sequence: 5 }));
    expect(actionsOf(test)).toEqual(["trigger", "resolve"]);
    expect(textsOf(test)).toHaveLength(1);
  });
});
