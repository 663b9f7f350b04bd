import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Task } from "../../shared/api/task.ts";
import type { CreatedWebhookEndpoint, WebhookDelivery } from "../../shared/api/webhooks.ts";
import { type Answer, type Receiver, startReceiver } from "../../shared/webhooks/receiver.fixture.ts";
import { freePort } from "./free-port.fixture.ts";
import { type Started, startProcess } from "./start-process.fixture.ts";

const headers = { Authorization: "Bearer local-dev-key", "Content-Type": "application/json" };
let dataDir: string;
let conea: Started;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "conea-"));
  conea = await startProcess({ CONEA_DATA_DIR: dataDir });
});
afterEach(async () => {
  const { items } = await call<{ items: CreatedWebhookEndpoint[] }>("GET", "/v1/webhook-endpoints");
  for (const { id } of items) await call("DELETE", `/v1/webhook-endpoints/${id}`);
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  conea.process.kill("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const answer = await fetch(`${conea.url}${path}`, sent);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

const addEndpoint = (url: string, more: object = {}) =>
  call<CreatedWebhookEndpoint>("POST", "/v1/webhook-endpoints", { url, ...more });
const ask = () =>
  call<Task>("POST", "/v1/tasks", { type: "chat", input: { messages: [{ role: "user", content: "Hi" }] } });
const deliveriesOf = async (id: string) =>
  (await call<{ items: WebhookDelivery[] }>("GET", `/v1/webhook-endpoints/${id}/deliveries`)).items;

async function open(answer: Answer, more: object = {}) {
  const receiver = await startReceiver(answer);
  closing.push(() => receiver.close());
  const endpoint = await addEndpoint(`http://127.0.0.1:${receiver.port}/hooks`, more);
  return { receiver, endpoint };
}

/** The first attempt of the one ping that an endpoint gets. */
async function pingOnce(id: string): Promise<WebhookDelivery> {
  await call("POST", `/v1/webhook-endpoints/${id}/ping`);
  const find = async () => (await deliveriesOf(id)).find(({ attemptCount }) => attemptCount > 0);
  const found = await expect.poll(find, { timeout: 18_000 }).toBeDefined().then(find);
  return call("GET", `/v1/webhook-endpoints/${id}/deliveries/${found?.id}`);
}

const typesAt = ({ received }: Receiver, taskId: string) =>
  received
    .map(({ body }) => JSON.parse(body))
    .filter(({ data }) => data.task?.id === taskId)
    .map(({ type }) => type);

describe("webhooks of a started Conea", () => {
  it("reach the receiver of the README, which verifies them", async () => {
    const readme = await readFile("README.md", "utf8");
    const [, code = ""] = /```js\n(import[^`]*standardwebhooks[^`]*)```/.exec(readme) ?? [];
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(10);
    const port = await freePort();
    const { secret } = await addEndpoint(`http://127.0.0.1:${port}/`, { types: ["task.*"] });
    const env = { PATH: process.env.PATH, WEBHOOK_SECRET: secret, PORT: String(port) };
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    closing.push(async () => child.kill("SIGKILL"));
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" }).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 5_000 },
      )
      .toBe(401);
    const { id } = await ask();
    await expect.poll(() => lines, { timeout: 10_000 }).toContain(`task.succeeded ${id}`);
    expect(lines).toContain(`task.accepted ${id}`);
    child.kill("SIGKILL");
    await once(child, "exit");
  });

  it("are verified by standardwebhooks and svix as they arrive, each event once, in whatever order", async () => {
    const { receiver, endpoint } = await open((_, response) => response.writeHead(204).end(), {
      types: ["task.*"],
    });
    const { id } = await ask();
    await expect.poll(() => typesAt(receiver, id), { timeout: 10_000 }).toContain("task.succeeded");
    const ids = receiver.received.map((request) => request.headers["webhook-id"]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { body, headers } of receiver.received) {
      const sent = headers as Record<string, string>;
      expect(new StandardWebhook(endpoint.secret).verify(body, sent)).toEqual(JSON.parse(body));
      expect(() => new SvixWebhook(endpoint.secret).verify(body, sent)).not.toThrow();
      expect(() => new SvixWebhook(endpoint.secret).verify(`${body} `, sent)).toThrow(
        "No matching signature",
      );
    }
  });

  it.each<[string, Answer, object]>([
    [
      "a redirect to the metadata server, which is not followed",
      (_, response) => response.writeHead(302, { Location: "http://169.254.169.254/latest/meta-data" }).end(),
      { status: 302 },
    ],
    [
      "200 and a connection that breaks before the answer is whole",
      (_, response) => {
        response.writeHead(200, { "Content-Length": "1000" });
        response.write("part", () => response.destroy());
      },
      { failure: "unreachable" },
    ],
    [
      "a connection that breaks without an answer",
      (_, response) => void response.destroy(),
      { failure: "unreachable" },
    ],
    [
      "a body of ten megabytes, of which 4 KB are kept",
      (_, response) => response.writeHead(500).end("x".repeat(10_000_000)),
      { status: 500, answer: "x".repeat(4_096), isCut: true },
    ],
    [
      "half a surrogate pair, a NUL and bytes that are no text",
      (_, response) => response.writeHead(500).end(Buffer.from([0xed, 0xa0, 0x80, 0, 0xff, 0x41])),
      { status: 500, answer: expect.stringMatching(/A$/) },
    ],
    ["a 204 that says no more", (_, response) => response.writeHead(204).end(), { status: 204 }],
  ])("meet %s", async (_, answer, attempt) => {
    const { endpoint } = await open(answer);
    const { attempts, state } = await pingOnce(endpoint.id);
    expect(attempts[0]).toMatchObject(attempt);
    expect(state).toBe("status" in attempt && attempt.status === 204 ? "succeeded" : "pending");
  });

  it("end with an answer that drips after fifteen seconds, and reach another endpoint meanwhile", async () => {
    const drip: Answer = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 500);
      response.on("close", () => clearInterval(timer));
    };
    const dead = await Promise.all(Array.from({ length: 10 }, () => open(drip)));
    const { receiver } = await open((_, response) => response.writeHead(204).end());
    const startedAt = performance.now();
    const { id } = await ask();
    await expect.poll(() => typesAt(receiver, id), { timeout: 10_000 }).toContain("task.succeeded");
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    const first = dead[0]?.endpoint.id ?? "";
    await expect
      .poll(async () => (await deliveriesOf(first)).some(({ attemptCount }) => attemptCount > 0), {
        timeout: 19_000,
      })
      .toBe(true);
    const tried = (await deliveriesOf(first)).find(({ attemptCount }) => attemptCount > 0);
    const { attempts } = await call<WebhookDelivery>(
      "GET",
      `/v1/webhook-endpoints/${first}/deliveries/${tried?.id}`,
    );
    expect(attempts[0]).toMatchObject({ failure: "timeout" });
  }, 40_000);
});
