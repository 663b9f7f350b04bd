import { beforeEach, describe, expect, it } from "vitest";
import type {
  ChannelTest,
  CreatedNotificationChannel,
  NotificationChannel,
  NotificationSubscription,
} from "../../shared/api/notifications.ts";
import type { DeliverySummary } from "../../shared/api/webhooks.ts";
import { anAlertEvent } from "../../shared/notifications/notifications.fixture.ts";
import { notify } from "../../shared/notifications/notify.ts";
import { admin, ann, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi } from "./api.fixture.ts";

const channels = "/v1/notification-channels";
const subscriptions = "/v1/notification-subscriptions";
const server = "http://127.0.0.1:9999";
const slack = { kind: "slack", name: "ops", config: { webhookUrl: `${server}/services/hidden-value` } };
const every = [
  slack,
  { kind: "slack", name: "bot", config: { token: "xoxb-hidden-value", channel: "#ops", apiUrl: server } },
  { kind: "webhook", name: "hook", config: { url: `${server}/hooks` } },
  {
    kind: "pagerduty",
    name: "pager",
    config: { routingKey: "hiddenvaluehiddenvaluehiddenvalu", apiUrl: server },
  },
  { kind: "google_chat", name: "chat", config: { webhookUrl: `${server}/v1?key=k&token=hidden-value` } },
  {
    ...{ kind: "email", name: "mail" },
    config: {
      ...{ host: "localhost", port: 2525, user: "hidden-value-user", password: "hidden-value" },
      ...{ from: "conea@example.com", to: ["ops@example.com"] },
    },
  },
];

let test: Awaited<ReturnType<typeof openApi>>;
let key: string;

beforeEach(async () => {
  test = await openApi();
  key = await test.keyFor(admin);
  return () => test.close();
});

const call = (method: string, path: string, body?: object, headers = {}) =>
  test.send(path, { method, key, headers, ...(body && { body }) });
const create = async (body: object = slack) =>
  json<CreatedNotificationChannel>(await call("POST", channels, body));
const subscribe = async (fields: object) =>
  json<NotificationSubscription>(
    await call("POST", subscriptions, { name: "s", types: ["alert.*"], ...fields }),
  );

describe("notification channels over HTTP", () => {
  it("of every kind are created, shown and listed without their secrets", async () => {
    const shown: string[] = [];
    for (const body of every) {
      const answer = await call("POST", channels, body);
      expect([body.name, answer.status]).toEqual([body.name, 201]);
      const { secret, ...channel } = await json<CreatedNotificationChannel>(answer);
      expect(secret === undefined).toBe(body.kind !== "webhook");
      expect(channel).toMatchObject({
        kind: body.kind,
        name: body.name,
        state: "enabled",
        createdBy: "root",
      });
      expect(await json(await call("GET", `${channels}/${channel.id}`))).toEqual(channel);
      const stored = await test.conea.documents.get(`notificationChannels/${channel.id}`);
      shown.push(JSON.stringify([channel, stored]));
    }
    shown.push(await (await call("GET", channels)).text());
    expect(JSON.parse(shown.at(-1) ?? "").items).toHaveLength(every.length);
    for (const text of shown) expect(text).not.toMatch(/hidden-?value|whsec_/);
  });

  it.each([
    [{ ...slack, config: { webhookUrl: "http://10.0.0.1/x" } }],
    [{ ...slack, config: { webhookUrl: "https://169.254.169.254/x" } }],
    [{ ...slack, config: { webhookUrl: server, token: "x" } }],
    [{ ...slack, kind: "pigeon" }],
    [{ ...every[3], config: { routingKey: "short" } }],
    [{ ...every[5], config: { ...every[5]?.config, port: 25, host: "mail.example.com" } }],
    [{ ...every[5], config: { ...every[5]?.config, from: "conea@example.com\r\nBcc: eve@example.com" } }],
  ])("are refused where they cannot be: %j", async (body) => {
    const answer = await call("POST", channels, body);
    expect(answer.status).toBe(422);
    expect(await answer.text()).not.toContain("hidden-value");
  });

  it("are replaced whole, keep their kind, and are deleted once nobody uses them", async () => {
    const { id } = await create();
    const path = `${channels}/${id}`;
    const other = { ...slack, name: "other", config: { webhookUrl: `${server}/services/another` } };
    const replaced = await json<NotificationChannel>(await call("PUT", path, other));
    expect(replaced).toMatchObject({ id, name: "other", config: { server } });
    expect((await call("PUT", path, every[2])).status).toBe(422);
    const { id: subscriptionId } = await subscribe({ channels: [id] });
    expect((await call("DELETE", path)).status).toBe(409);
    expect((await call("DELETE", `${subscriptions}/${subscriptionId}`)).status).toBe(204);
    expect((await call("DELETE", path)).status).toBe(204);
    expect((await call("GET", path)).status).toBe(404);
  });

  it("say of a test that nobody has made within twenty seconds that it is on its way", async () => {
    const { id } = await create();
    const answer = call("POST", `${channels}/${id}/test`);
    await test.clock.advance(20_000);
    expect(await json<ChannelTest>(await answer)).toMatchObject({ state: "pending", attempts: [] });
  });

  it("list what was sent to them, and show and send it again", async () => {
    const { id } = await create();
    await subscribe({ channels: [id] });
    const event = anAlertEvent(test.clock.now(), "fired", { tenant: admin.tenant });
    await notify({ ...test.conea, ...test.conea.notifications }, event);
    const page = await json<{ items: DeliverySummary[] }>(await call("GET", `${channels}/${id}/deliveries`));
    expect(page.items).toMatchObject([{ type: "alert.fired", state: "pending", endpointId: id }]);
    const path = `${channels}/${id}/deliveries/${page.items[0]?.id}`;
    expect(await json(await call("GET", path))).toMatchObject({
      body: expect.stringContaining("A queue is long"),
    });
    expect((await call("POST", `${path}/replay`)).status).toBe(409);
    const webhooks = `/v1/webhook-endpoints/${id}`;
    for (const [method, at] of [
      ["GET", ""],
      ["DELETE", ""],
      ["GET", "/deliveries"],
      ["POST", "/ping"],
    ] as const)
      expect((await call(method, `${webhooks}${at}`)).status).toBe(404);
    expect(await json(await call("GET", "/v1/webhook-endpoints"))).toEqual({ items: [] });
  });
});

describe("notification subscriptions over HTTP", () => {
  it("are created, replaced, listed and deleted", async () => {
    const { id: channel } = await create();
    const schedule = { days: ["mon"], from: "09:00", to: "17:00", timeZone: "Europe/Berlin" };
    const created = await subscribe({ channels: [channel], schedule });
    expect(created).toMatchObject({
      ...{ types: ["alert.*"], leastSeverity: "P4", groupBySeconds: 0, coolDownSeconds: 0, escalation: [] },
      ...{ enabled: true, schedule: { ...schedule, outside: "hold" } },
    });
    const path = `${subscriptions}/${created.id}`;
    const body = { name: "new", types: ["*"], channels: [channel], leastSeverity: "P2" };
    const replaced = await json<NotificationSubscription>(await call("PUT", path, body));
    expect(replaced).toMatchObject({ name: "new", leastSeverity: "P2", createdAt: created.createdAt });
    expect(replaced).not.toHaveProperty("schedule");
    expect(await json(await call("GET", subscriptions))).toEqual({ items: [replaced] });
    expect((await call("DELETE", path)).status).toBe(204);
    expect((await call("GET", path)).status).toBe(404);
  });

  it("are made once for an Idempotency-Key", async () => {
    const { id: channel } = await create();
    const body = { name: "s", types: ["*"], channels: [channel] };
    const ids = [1, 2].map(async () => {
      const answer = await call("POST", subscriptions, body, { "Idempotency-Key": "one" });
      return (await json<NotificationSubscription>(answer)).id;
    });
    const [first, second] = await Promise.all(ids);
    expect(second).toBe(first);
  });

  it.each([
    { channels: ["channel_none"] },
    { channels: [] },
    { types: ["alarm.*"] },
    { leastSeverity: "P5" },
    { escalation: [{ afterMinutes: 5 }] },
    { schedule: { days: ["mon"], from: "9:00", to: "17:00", timeZone: "UTC" } },
    { schedule: { days: ["mon"], from: "09:00", to: "17:00", timeZone: "Mars/Olympus" } },
  ])("are refused where they cannot be: %j", async (fields) => {
    const { id: channel } = await create();
    const body = { name: "s", types: ["*"], channels: [channel], ...fields };
    expect((await call("POST", subscriptions, body)).status).toBe(422);
  });

  it("are refused where an escalation goes back in time", async () => {
    const { id } = await create();
    const escalation = [10, 5].map((afterMinutes) => ({ afterMinutes, channels: [id] }));
    const body = { name: "s", types: ["*"], channels: [id], escalation };
    expect((await call("POST", subscriptions, body)).status).toBe(422);
  });
});

it("channels and subscriptions are their tenant's administrators' alone", async () => {
  const { id } = await create();
  const { id: subscriptionId } = await subscribe({ channels: [id] });
  const body = { name: "s", types: ["*"], channels: [id] };
  const calls: [method: string, path: string, body?: object][] = [
    ["GET", channels],
    ["POST", channels, slack],
    ["GET", `${channels}/${id}`],
    ["PUT", `${channels}/${id}`, slack],
    ["DELETE", `${channels}/${id}`],
    ["POST", `${channels}/${id}/test`],
    ["GET", `${channels}/${id}/deliveries`],
    ["GET", `${channels}/${id}/deliveries/delivery_x`],
    ["POST", `${channels}/${id}/deliveries/delivery_x/replay`],
    ["GET", subscriptions],
    ["POST", subscriptions, body],
    ["GET", `${subscriptions}/${subscriptionId}`],
    ["PUT", `${subscriptions}/${subscriptionId}`, body],
    ["DELETE", `${subscriptions}/${subscriptionId}`],
  ];
  const keys = [await test.keyFor(ann), await test.keyFor(viewer)];
  const strangerKey = await test.keyFor({ ...eve, role: "admin" });
  for (const [method, path, sent] of calls) {
    for (const other of keys) {
      const answer = await test.send(path, { method, key: other, ...(sent && { body: sent }) });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
    if (path === channels || path === subscriptions) continue;
    const answer = await test.send(path, { method, key: strangerKey, ...(sent && { body: sent }) });
    expect([method, path, answer.status]).toEqual([method, path, 404]);
  }
  const taken = await test.send(subscriptions, { method: "POST", key: strangerKey, body });
  expect(taken.status).toBe(422);
  const listed = await test.send(channels, { key: strangerKey });
  expect(await json(listed)).toEqual({ items: [] });
});
