import { beforeEach, describe, expect, it } from "vitest";
import type { CreatedWebhookEndpoint, WebhookDelivery, WebhookEndpoint } from "../../shared/api/webhooks.ts";
import { admin, ann, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { fanOut } from "../../shared/webhooks/fan-out.ts";
import { aTaskEvent } from "../../shared/webhooks/webhooks.fixture.ts";
import { json, openApi } from "./api.fixture.ts";

const path = "/v1/webhook-endpoints";
const url = "http://127.0.0.1:9999/hooks";

let test: Awaited<ReturnType<typeof openApi>>;
let key: string;
let stranger: string;

beforeEach(async () => {
  test = await openApi();
  key = await test.keyFor(admin);
  stranger = await test.keyFor(eve);
  return () => test.close();
});

const post = (to: string, body?: object, sent: object = {}) =>
  test.send(to, { method: "POST", key, ...(body && { body }), ...sent });
const create = async (body: object = {}) => json<CreatedWebhookEndpoint>(await post(path, { url, ...body }));
const publish = () => fanOut({ ...test.conea, ...test.conea.webhooks }, aTaskEvent(test.clock.now()));

describe("webhook endpoints over HTTP", () => {
  it("are created with a secret that no other answer holds", async () => {
    const answer = await post(path, { url, headers: { Authorization: "Bearer hidden-value" } });
    expect(answer.status).toBe(201);
    const { secret, ...endpoint } = await json<CreatedWebhookEndpoint>(answer);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(answer.headers.get("location")).toBe(`${path}/${endpoint.id}`);
    expect(endpoint).toMatchObject({
      ...{ url, types: ["*"], state: "enabled", ratePerSecond: 10, concurrency: 10, signature: "hmac" },
      ...{ headerNames: ["authorization"], createdBy: "root", secrets: [{ id: expect.any(String) }] },
    });
    const shown = await (await test.send(`${path}/${endpoint.id}`, { key })).text();
    const listed = await (await test.send(path, { key })).text();
    expect(JSON.parse(shown)).toEqual(endpoint);
    expect(JSON.parse(listed)).toEqual({ items: [endpoint] });
    for (const text of [shown, listed]) expect(text).not.toMatch(/hidden-value|sealed|whsec_/);
  });

  it("are kept without anything that could be read as a secret or a header", async () => {
    const { id, secret } = await create({ headers: { "X-Key": "hidden-value" } });
    const stored = JSON.stringify(await test.conea.documents.get(`webhookEndpoints/${id}`));
    expect(stored).not.toContain("hidden-value");
    expect(stored).not.toContain(secret.slice("whsec_".length));
  });

  it("are their tenant's administrators' alone", async () => {
    const { id } = await create();
    const calls: [method: string, path: string, body?: object][] = [
      ["GET", path],
      ["POST", path, { url }],
      ["GET", `${path}/${id}`],
      ["POST", `${path}/${id}`, { description: "x" }],
      ["DELETE", `${path}/${id}`],
      ...["enable", "pause", "rotate-secret", "ping"].map((verb): [string, string] => [
        "POST",
        `${path}/${id}/${verb}`,
      ]),
      ["GET", `${path}/${id}/deliveries`],
      ["POST", `${path}/${id}/replay`, { since: "2026-01-01T00:00:00Z" }],
    ];
    const keys = [await test.keyFor(ann), await test.keyFor(viewer)];
    for (const [method, to, body] of calls)
      for (const one of keys) expect((await test.send(to, { method, key: one, body })).status).toBe(403);
    for (const [method, to, body] of calls.filter(([, to]) => to !== path))
      expect((await test.send(to, { method, key: stranger, body })).status).toBe(404);
    expect(await json(await test.send(path, { key: stranger }))).toEqual({ items: [] });
  });

  it.each([
    [{ url: "http://example.com/" }, "https"],
    [{ url: "https://10.0.0.1/" }, "not public"],
    [{ url: "https://169.254.169.254/latest/meta-data" }, "not public"],
    [{ url: "https://user:pw@example.com/" }, "password"],
    [{ url: "ftp://example.com/" }, "https"],
    [{ url, types: ["task.unknown"] }, "type of event"],
    [{ url, types: ["*.*"] }, "type of event"],
    [{ url, types: [] }, "types"],
    [{ url, headers: { Host: "example.com" } }, "host"],
    [{ url, headers: { "Webhook-Id": "x" } }, "webhook-id"],
    [{ url, headers: { "X-Line": "a\r\nb" } }, "visible"],
    [{ url, ratePerSecond: 0 }, "ratePerSecond"],
    [{ url, concurrency: 51 }, "concurrency"],
    [{ url, secret: "whsec_mine" }, "secret"],
  ])("refuse %j", async (body, says) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(422);
    expect((await answer.text()).toLowerCase()).toContain(says.toLowerCase());
  });

  it("change by what is given, and are checked as at their creation", async () => {
    const { id } = await create({ description: "one", headers: { "X-A": "1" } });
    const changed = await json<WebhookEndpoint>(
      await post(`${path}/${id}`, { types: ["task.*"], concurrency: 2 }),
    );
    expect(changed).toMatchObject({
      url,
      types: ["task.*"],
      concurrency: 2,
      description: "one",
      headerNames: ["x-a"],
    });
    expect((await post(`${path}/${id}`, { url: "https://192.168.1.1/" })).status).toBe(422);
    expect((await post(`${path}/${id}`, { state: "enabled" })).status).toBe(422);
  });

  it("are made once for an Idempotency-Key, whose secret is not shown again", async () => {
    const headers = { "Idempotency-Key": "one" };
    expect((await post(path, { url }, { headers })).status).toBe(201);
    expect((await post(path, { url }, { headers })).status).toBe(409);
    expect((await json<{ items: [] }>(await test.send(path, { key }))).items).toHaveLength(1);
  });

  it("are paused, enabled and deleted", async () => {
    const { id } = await create();
    expect(await json(await post(`${path}/${id}/pause`))).toMatchObject({ state: "paused" });
    expect((await post(`${path}/${id}/ping`)).status).toBe(409);
    expect(await json(await post(`${path}/${id}/enable`))).toMatchObject({ state: "enabled" });
    expect((await post(`${path}/${id}/ping`)).status).toBe(202);
    expect((await test.send(`${path}/${id}`, { method: "DELETE", key })).status).toBe(204);
    expect((await test.send(`${path}/${id}`, { key })).status).toBe(404);
  });

  it("get a new secret, beside which the old one signs for a day where nothing else is said", async () => {
    const { id, secret } = await create();
    const rotated = await json<CreatedWebhookEndpoint>(await post(`${path}/${id}/rotate-secret`));
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.secrets).toMatchObject([
      { id: expect.any(String) },
      { validUntil: "2026-01-02T00:00:00.000Z" },
    ]);
    expect((await post(`${path}/${id}/rotate-secret`, { overlapHours: 169 })).status).toBe(422);
  });
});

describe("deliveries over HTTP", () => {
  it("are listed newest first, by state, type and time, page by page", async () => {
    const { id } = await create();
    for (let n = 0; n < 5; n++) {
      await publish();
      await test.clock.advance(1_000);
    }
    const list = async (query: string) =>
      json<{ items: WebhookDelivery[]; nextCursor?: string }>(
        await test.send(`${path}/${id}/deliveries?${query}`, { key }),
      );
    const first = await list("limit=3");
    const second = await list(`limit=3&cursor=${first.nextCursor}`);
    const times = [...first.items, ...second.items].map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().reverse());
    expect([times.length, second.nextCursor]).toEqual([5, undefined]);
    expect((await list("state=pending&type=task.accepted")).items).toHaveLength(5);
    expect((await list("state=failed")).items).toEqual([]);
    expect((await list("from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:03Z")).items).toHaveLength(2);
    expect((await test.send(`${path}/${id}/deliveries?cursor=bm9uZQ`, { key })).status).toBe(422);
    expect((await test.send(`${path}/${id}/deliveries?state=lost`, { key })).status).toBe(422);
  });

  it("are shown with what is sent and how it went", async () => {
    const { id } = await create();
    await publish();
    const { items } = await json<{ items: WebhookDelivery[] }>(
      await test.send(`${path}/${id}/deliveries`, { key }),
    );
    const at = `${path}/${id}/deliveries/${items[0]?.id}`;
    const delivery = await json<WebhookDelivery>(await test.send(at, { key }));
    expect(delivery).toMatchObject({ state: "pending", type: "task.accepted", attempts: [] });
    expect(JSON.parse(delivery.body)).toMatchObject({
      type: "task.accepted",
      data: { tenant: "acme", sequence: 1 },
    });
    expect((await test.send(at, { key: stranger })).status).toBe(404);
    expect((await post(`${at}/replay`)).status).toBe(409);
  });

  it("are replayed as a job that shows how far it is", async () => {
    const { id } = await create();
    await publish();
    await test.clock.advance(10);
    const answer = await post(`${path}/${id}/replay`, { since: "2026-01-01T00:00:00Z", onlyFailed: false });
    expect(answer.status).toBe(202);
    const replay = await test.send(answer.headers.get("location") ?? "", { key });
    expect(await json(replay)).toMatchObject({
      endpointId: id,
      state: "running",
      total: 1,
      scanned: 0,
      replayed: 0,
    });
    expect((await test.send(answer.headers.get("location") ?? "", { key: stranger })).status).toBe(404);
  });
});
