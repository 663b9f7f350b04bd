import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ChannelTest, CreatedNotificationChannel } from "../../shared/api/notifications.ts";
import { closeMailServers, startMailServer } from "../../shared/notifications/mail-server.fixture.ts";
import { type Receiver, startReceiver } from "../../shared/webhooks/receiver.fixture.ts";
import { type Started, startProcess } from "./start-process.fixture.ts";

const headers = { Authorization: "Bearer local-dev-key", "Content-Type": "application/json" };
let dataDir: string;
let conea: Started;
let receiver: Receiver;
let mailbox: Awaited<ReturnType<typeof startMailServer>>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "conea-"));
  conea = await startProcess({ CONEA_DATA_DIR: dataDir });
  receiver = await startReceiver((_, response) => response.end("ok"));
  mailbox = await startMailServer();
});
afterAll(async () => {
  conea.process.kill("SIGKILL");
  await receiver.close();
  await closeMailServers();
  await rm(dataDir, { recursive: true, force: true });
});

async function post<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(`${conea.url}${path}`, {
    ...{ method: "POST", headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

const addChannel = (kind: string, config: object) =>
  post<CreatedNotificationChannel>("/v1/notification-channels", { kind, name: kind, config });

it("a started Conea tells channels on this machine of its events, one by one and together", async () => {
  const slack = await addChannel("slack", { webhookUrl: `http://127.0.0.1:${receiver.port}/services/T/B/x` });
  const email = await addChannel("email", {
    ...{ host: "127.0.0.1", port: mailbox.port, from: "conea@example.com", to: ["ops@example.com"] },
  });
  for (const { id } of [slack, email])
    expect(await post<ChannelTest>(`/v1/notification-channels/${id}/test`)).toMatchObject({
      state: "succeeded",
    });
  const types = ["task.succeeded"];
  await post("/v1/notification-subscriptions", { name: "each", types, channels: [slack.id] });
  await post("/v1/notification-subscriptions", {
    name: "all",
    types,
    channels: [email.id],
    groupBySeconds: 3,
  });
  const input = { messages: [{ role: "user", content: "Hi" }] };
  for (let n = 0; n < 2; n++) await post("/v1/tasks", { type: "chat", input });
  await expect.poll(() => receiver.received.length, { timeout: 15_000 }).toBe(3);
  expect(receiver.received[1]?.body).toContain("task.succeeded");
  await expect
    .poll(() => mailbox.received.map(({ text }) => text).join(), { timeout: 15_000 })
    .toContain("Subscription: all");
}, 60_000);
