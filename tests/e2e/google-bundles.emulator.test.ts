import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createKey } from "../../shared/access/keys.ts";
import { createLog } from "../../shared/core/log.ts";
import { openGooglePlatform } from "../../shared/platform/google/open-google-platform.ts";
import { openPubSub } from "../../shared/platform/google/push-subscriber.fixture.ts";
import { startCloudTasks } from "../emulators/cloud-tasks/start-cloud-tasks.ts";
import { kind } from "../emulators/cloud-tasks/unkindness.ts";
import { describeOnEmulators, hostOf } from "../emulators/describe-on-emulators.ts";
import { freshProject } from "../emulators/fresh-project.ts";
import { startSecretManager } from "../emulators/secret-manager/start-secret-manager.ts";
import { createServiceAccount, writeKeyFile } from "../emulators/storage/service-account.ts";
import { startStorage } from "../emulators/storage/start-storage.ts";
import { freePort } from "./free-port.fixture.ts";
import { startOtlpReceiver } from "./otlp-receiver.fixture.ts";
import { type Bundles, buildBundles } from "./start-bundle.fixture.ts";

const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const region = "europe-west1";
const bucket = "conea-files";
/** Too large for a document: it goes to Cloud Storage and back. */
const prompt = "x".repeat(600_000);

/** A server of OpenAI's protocol. Keeps the keys and headers it was called with. */
async function startVendor() {
  const seen: { key: string | undefined; traceparent: unknown; bytes: number }[] = [];
  const server = createServer(async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    seen.push({ key: request.headers.authorization, traceparent: request.headers.traceparent, bytes });
    const choice = { index: 0, message: { role: "assistant", content: "done" }, finish_reason: "stop" };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    response.setHeader("Content-Type", "application/json");
    response.end(
      JSON.stringify({ id: "c", object: "chat.completion", model: "m", choices: [choice], usage }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen, server };
}

/** Everything around the bundles: emulators, stand-ins, a vendor, a collector, and what is there after `terraform apply`. */
async function openSurroundings(bundles: Bundles) {
  const project = freshProject();
  // Who signs links.
  const account = createServiceAccount();
  const keyFile = join(bundles.folder, "account.json");
  writeKeyFile(keyFile, account);
  const [tasks, secrets, storage, receiver, vendor, pubsub] = await Promise.all([
    startCloudTasks({ ...kind, queues: [`projects/${project}/locations/${region}/queues/conea-main`] }),
    startSecretManager(),
    startStorage({ buckets: [bucket], trusted: account }),
    startOtlpReceiver(),
    startVendor(),
    openPubSub(hostOf("pubsub"), project),
  ]);
  await pubsub.createTopic("task-events");
  const configPath = join(bundles.folder, "google.json");
  const main = { kind: "openai", apiKey: "secret:KEY", baseUrl: vendor.baseUrl };
  await writeFile(
    configPath,
    JSON.stringify({ providers: { main }, models: { m: { provider: "main", kinds: ["chat"] } } }),
  );
  const workerPort = String(await freePort());
  const environment = {
    CONEA_PLATFORM: "google",
    CONEA_CONFIG: configPath,
    CONEA_PROJECT: project,
    CONEA_REGION: region,
    CONEA_WORKER_URL: `http://127.0.0.1:${workerPort}/`,
    CONEA_WAKES_SERVICE_ACCOUNT: `wakes@${project}.iam.gserviceaccount.com`,
    CONEA_BUCKET: bucket,
    CONEA_TASKS_ENDPOINT: tasks.endpoint,
    CONEA_SECRETS_ENDPOINT: secrets.endpoint,
    CONEA_TRACE_ENDPOINT: receiver.url,
    FIRESTORE_EMULATOR_HOST: hostOf("firestore"),
    PUBSUB_EMULATOR_HOST: hostOf("pubsub"),
    STORAGE_EMULATOR_HOST: `http://${storage.endpoint}`,
    GOOGLE_APPLICATION_CREDENTIALS: keyFile,
    METADATA_SERVER_DETECTION: "none",
  };
  const own = openGooglePlatform({
    project,
    region,
    database: "(default)",
    workerUrl: environment.CONEA_WORKER_URL,
    wakesServiceAccount: environment.CONEA_WAKES_SERVICE_ACCOUNT,
    topic: "task-events",
    bucket,
    firestoreEndpoint: hostOf("firestore"),
    tasksEndpoint: tasks.endpoint,
    secretsEndpoint: secrets.endpoint,
    log: createLog(() => undefined),
  });
  await own.platform.secrets.addVersion("KEY", "vendor-key");
  const admin = { tenant: "acme", user: "root", role: "admin" } as const;
  const { key } = await createKey(own.platform, admin, { user: "ann", role: "user" });
  async function close() {
    vendor.server.closeAllConnections();
    vendor.server.close();
    await Promise.all([
      own.close(),
      tasks.close(),
      secrets.close(),
      storage.close(),
      receiver.close(),
      pubsub.close(),
    ]);
  }
  return { project, environment, workerPort, key, receiver, vendor, pubsub, close };
}

describeOnEmulators(["firestore", "pubsub"], "the bundles on Google's parts", () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await buildBundles();
  }, 60_000);
  afterAll(() => bundles.close());

  it("run a task from its submission to its event, in one trace across two processes", async () => {
    const at = await openSurroundings(bundles);
    const events: { type: string; traceparent: string | undefined }[] = [];
    await at.pubsub.subscribe(
      async ({ type }, { attributes }) => {
        events.push({ type, traceparent: attributes["ce-traceparent"] });
      },
      { topic: "task-events" },
    );
    const [worker, api] = await Promise.all([
      bundles.start("worker", { ...at.environment, PORT: at.workerPort }),
      bundles.start("api", at.environment),
    ]);
    const submitted = await fetch(`${api.url}/v1/tasks`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Authorization: `Bearer ${at.key}`,
        traceparent: `00-${caller.traceId}-${caller.spanId}-01`,
      },
      body: JSON.stringify({ type: "chat", input: { messages: [{ role: "user", content: prompt }] } }),
    });
    expect([submitted.status, api.output()]).toEqual([202, ""]);
    await at.pubsub.until(() => events.some(({ type }) => type === "task.succeeded"));
    await at.receiver.until((spans) =>
      spans.some(({ name, parentSpanId }) => name === "POST" && parentSpanId),
    );
    const { spans } = at.receiver;
    const find = (service: string, name: string) =>
      spans.find((span) => span.service === service && span.name === name);
    const submit = find("api", "POST /v1/tasks");
    const wake = find("api", "send wakes/main");
    const attempt = find("worker", "attempt main");
    expect(submit).toMatchObject({ traceId: caller.traceId, parentSpanId: caller.spanId });
    expect(wake).toMatchObject({ traceId: caller.traceId, parentSpanId: submit?.spanId });
    expect(find("worker", "POST")).toMatchObject({ traceId: caller.traceId, parentSpanId: wake?.spanId });
    expect(attempt).toMatchObject({ traceId: caller.traceId, parentSpanId: submit?.spanId });
    expect(find("worker", "chat m")).toMatchObject({ parentSpanId: attempt?.spanId });
    expect(find("worker", "get blob")).toMatchObject({ parentSpanId: attempt?.spanId });
    const told = events.find(({ type }) => type === "task.succeeded")?.traceparent ?? "";
    expect(spans.find(({ spanId }) => told.includes(spanId))).toMatchObject({
      name: "send task-events",
      parentSpanId: attempt?.spanId,
    });
    expect(at.vendor.seen).toEqual([
      { key: "Bearer vendor-key", traceparent: undefined, bytes: expect.any(Number) },
    ]);
    expect(at.vendor.seen[0]?.bytes).toBeGreaterThan(prompt.length);
    expect(at.receiver.tokens.every((token) => token === undefined)).toBe(true);
    const settled = /"message":"attempt settled".*/.exec(worker.output())?.[0];
    expect(settled).toContain(
      `"logging.googleapis.com/trace":"projects/${at.project}/traces/${caller.traceId}"`,
    );
    await at.close();
  }, 60_000);
});
