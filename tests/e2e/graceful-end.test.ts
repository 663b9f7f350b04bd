import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfigFile } from "../../shared/config/read-config-file.ts";
import { createLog } from "../../shared/core/log.ts";
import { openEmbeddedPlatform } from "../../shared/platform/embedded/open-embedded-platform.ts";
import { aChat, ann } from "../../shared/tasks/conea.fixture.ts";
import { createConea } from "../../shared/tasks/create-conea.ts";
import { submitTask } from "../../shared/tasks/submit-task.ts";
import { type TaskDocument, taskPath } from "../../shared/tasks/task-document.ts";
import { startOtlpReceiver } from "./otlp-receiver.fixture.ts";
import { type Bundles, buildBundles, type StartedBundle } from "./start-bundle.fixture.ts";

let bundles: Bundles;
beforeAll(async () => {
  bundles = await buildBundles();
}, 60_000);
afterAll(() => bundles.close());

/** A server of OpenAI's protocol that answers when it is told to. */
async function startVendor() {
  const calls: ServerResponse[] = [];
  const called = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    request.resume();
    calls.push(response);
    called.resolve();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const choice = { index: 0, message: { role: "assistant", content: "done" }, finish_reason: "stop" };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const text = JSON.stringify({ id: "c", object: "chat.completion", model: "m", choices: [choice], usage });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    called: called.promise,
    calls,
    answer() {
      for (const call of calls) call.setHeader("Content-Type", "application/json").end(text);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Opens the folder that a worker works in, for `use`, while no worker has it. */
async function inFolder<T>(
  { dataDir, configPath }: { dataDir: string; configPath: string },
  use: (conea: ReturnType<typeof createConea>) => Promise<T>,
): Promise<T> {
  const log = createLog(() => undefined);
  const deliverWake = async () => undefined;
  const baseUrl = () => "http://127.0.0.1:1";
  const { platform, close } = await openEmbeddedPlatform({
    dataDir,
    environment: {},
    baseUrl,
    deliverWake,
    log,
  });
  const providers = { open: () => Promise.reject(new Error("nobody is called here")) };
  const config = await readConfigFile(configPath);
  const closing = new AbortController().signal;
  return use(createConea({ platform, config, providers, log, closing })).finally(close);
}

/** A worker with one task, whose call is under way. */
async function startWorkerWithCall(name: string, traceEndpoint: string) {
  const vendor = await startVendor();
  const dataDir = join(bundles.folder, name);
  const configPath = join(bundles.folder, `${name}.json`);
  const main = { kind: "openai", apiKey: "secret:KEY", baseUrl: vendor.baseUrl };
  const models = { m: { provider: "main", kinds: ["chat"] } };
  await writeFile(configPath, JSON.stringify({ providers: { main }, models }));
  const folder = { dataDir, configPath };
  const { task } = await inFolder(folder, (conea) => submitTask(conea, ann, aChat()));
  const worker = await bundles.start("worker", {
    CONEA_DATA_DIR: dataDir,
    CONEA_CONFIG: configPath,
    CONEA_TRACE_ENDPOINT: traceEndpoint,
    CONEA_TRACE_RATIO: "1",
    KEY: "key",
  });
  const wake = fetch(worker.url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: '{"queue":"main","reason":"ready"}',
  }).then(({ status }) => status);
  await vendor.called;
  const read = () =>
    inFolder(folder, async ({ documents }) => {
      const found = await documents.get<TaskDocument>(taskPath(task.id));
      return { status: found?.data.status, outcomes: found?.data.attempts.map(({ outcome }) => outcome) };
    });
  return { vendor, worker, wake, read };
}

async function endWith(signal: NodeJS.Signals, { process: child }: StartedBundle) {
  const exited = once(child, "exit");
  const from = performance.now();
  child.kill(signal);
  return { exited: exited.then(([code]) => ({ code, ms: performance.now() - from })) };
}

it("lets a call end that is under way at SIGTERM, and exports its spans", async () => {
  const receiver = await startOtlpReceiver();
  const { vendor, worker, wake, read } = await startWorkerWithCall("ends", receiver.url);
  const { exited } = await endWith("SIGTERM", worker);
  await worker.says('"stopping"');
  const refused = await fetch(worker.url, { method: "POST" });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  vendor.answer();
  expect(await wake).toBe(204);
  const { code, ms } = await exited;
  expect([code, ms < 5_000]).toEqual([0, true]);
  expect(await read()).toEqual({ status: "succeeded", outcomes: ["succeeded"] });
  expect(receiver.spans.map(({ name }) => name)).toContain("chat m");
  vendor.close();
  await receiver.close();
});

it("hands a task back whose call does not end after SIGTERM, within Cloud Run's ten seconds", async () => {
  const receiver = await startOtlpReceiver();
  const { vendor, worker, wake, read } = await startWorkerWithCall("hangs", receiver.url);
  const { exited } = await endWith("SIGTERM", worker);
  const { code, ms } = await exited;
  expect([code, ms < 9_500]).toEqual([0, true]);
  expect(await wake).toBe(204);
  expect(await read()).toEqual({ status: "ready", outcomes: ["interrupted"] });
  expect(worker.output()).toContain('"message":"stopped"');
  const attempt = receiver.spans.find(({ name }) => name === "attempt main");
  expect(attempt?.attributes).toMatchObject({ "conea.outcome": "interrupted" });
  vendor.close();
  await receiver.close();
});
