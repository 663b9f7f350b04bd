import { expect, it } from "vitest";
import { acknowledgeAlert } from "../alerts/acknowledge-alert.ts";
import { publishUntoldAlerts } from "../alerts/publish-alerts.ts";
import { watchAlerts } from "../alerts/watch-alerts.ts";
import type { Alert } from "../api/alerts.ts";
import { sweepNotifications } from "./carry-out-due.ts";
import { minuteMs, openTestNotifications, root } from "./notifications.fixture.ts";

type Options = Parameters<typeof openTestNotifications>[0];

/** The rules look every minute at a queue; its length is the test's to say. */
async function openRules(options: Options = {}) {
  const test = await openTestNotifications(options);
  const [slack, pager, mail] = [
    await test.channel("slack"),
    await test.channel("pagerduty"),
    await test.channel("email"),
  ];
  await test.subscribe({
    ...{ channels: [slack], leastSeverity: "P3" },
    escalation: [
      { afterMinutes: 5, channels: [pager] },
      { afterMinutes: 30, channels: [mail] },
    ],
  });
  const queue = { id: "openai", ready: 0, oldestWaitSeconds: 0, isResting: false };
  const sources = { queues: async () => [queue], recent: async () => [], budgets: async () => [] };
  const overrides = { "queue-length": { above: 100, forMinutes: 0, coolDownMinutes: 0 } };
  const deps = { ...test.deps, config: { alerts: overrides }, operatorTenant: root.tenant };
  async function pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      await publishUntoldAlerts(deps);
      await watchAlerts(deps, sources);
      await sweepNotifications(test.deps);
      await test.clock.advance(minuteMs);
    }
  }
  const alerts = () => test.all<Alert>("alerts");
  const pages = () =>
    test.bodiesOf("pagerduty").map(({ event_action, dedup_key }) => [event_action, dedup_key]);
  return { ...test, deps, queue, pass, alerts, pages };
}

it("tells of an alert of the rules, escalates it, and tells of its acknowledgement and its end", async () => {
  const test = await openRules();
  await test.pass(3);
  expect(test.sent).toEqual([]);
  test.queue.ready = 500;
  await test.pass(8);
  const [alert] = await test.alerts();
  expect(alert).toMatchObject({ rule: "queue-length", state: "firing" });
  expect(test.minutesOf("slack").map(Math.floor)).toEqual([3]);
  expect(test.minutesOf("pagerduty").map(Math.floor)).toEqual([8]);
  await acknowledgeAlert(test.deps, root, alert?.id ?? "");
  await test.pass(40);
  expect(test.minutesOf("email")).toEqual([]);
  test.queue.ready = 0;
  await test.pass(2);
  expect((await test.alerts())[0]).toMatchObject({ state: "resolved", acknowledgedBy: "root" });
  expect(test.pages()).toEqual([
    ["trigger", alert?.id],
    ["acknowledge", alert?.id],
    ["resolve", alert?.id],
  ]);
  const told = test.bodiesOf("slack").map(({ text }) => String(text).split(": ").at(-1));
  expect(told).toEqual(["fired", "acknowledged", "resolved"]);
});

it("does the same where every wake of what is due is lost", async () => {
  const test = await openRules({ loses: ({ reason }) => reason === "due" });
  test.queue.ready = 500;
  await test.pass(40);
  expect(test.minutesOf("pagerduty").map(Math.floor)).toEqual([5]);
  expect(test.minutesOf("email").map(Math.floor)).toEqual([30]);
  test.queue.ready = 0;
  await test.pass(2);
  expect(test.pages().map(([action]) => action)).toEqual(["trigger", "resolve"]);
  expect(test.bodiesOf("email").map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/^Escalation 2: /),
    expect.stringMatching(/resolved$/),
  ]);
});

it("escalates nothing that was acknowledged, also while the event of that has not come", async () => {
  const test = await openRules();
  test.queue.ready = 500;
  await test.pass(2);
  const [alert] = await test.alerts();
  const lost = { ...test.deps, events: { publish: () => Promise.reject(new Error("the network is down")) } };
  await acknowledgeAlert(lost, root, alert?.id ?? "");
  await test.clock.advance(60 * minuteMs);
  await sweepNotifications(test.deps);
  expect(test.pages()).toEqual([]);
});
