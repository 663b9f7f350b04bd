import { createHmac } from "node:crypto";
import { createKey, listKeys, revokeKey } from "../../shared/access/keys.ts";
import type { Principal } from "../../shared/access/principal.ts";
import { aLine, testLines, toChunks } from "../../shared/batches/batches.fixture.ts";
import { cancelBatch } from "../../shared/batches/cancel-batch.ts";
import { createBatch } from "../../shared/batches/create-batch.ts";
import { driveBatch } from "../../shared/batches/drive-batch.ts";
import { driveBatches } from "../../shared/batches/drive-batches.ts";
import { listBatches } from "../../shared/batches/read-batches.ts";
import { listFiles } from "../../shared/batches/read-files.ts";
import { removeExpired } from "../../shared/batches/remove-expired.ts";
import { storeFile } from "../../shared/batches/store-file.ts";
import { createCache } from "../../shared/cache/create-cache.ts";
import { ConeaConfig } from "../../shared/config/conea-config.ts";
import { watchTask } from "../../shared/http/openai/watch-task.ts";
import type { Documents } from "../../shared/platform/documents.ts";
import { createPrices } from "../../shared/pricing/create-prices.ts";
import { repriceTasks } from "../../shared/pricing/reprice-tasks.ts";
import { setPrice } from "../../shared/pricing/set-prices.ts";
import { listPrompts } from "../../shared/prompts/read-prompts.ts";
import { reportCompression } from "../../shared/prompts/report-compression.ts";
import { createPrompt } from "../../shared/prompts/write-prompts.ts";
import { createBackpressure } from "../../shared/queue/backpressure.ts";
import type { Claimed } from "../../shared/queue/claim-tasks.ts";
import { describeQueue } from "../../shared/queue/describe-queue.ts";
import { estimateWait } from "../../shared/queue/estimate-wait.ts";
import { promoteDue } from "../../shared/queue/promote-due.ts";
import { claimNextTask, isQueueFull, peekQueue, queueLength } from "../../shared/queue/queue-repository.ts";
import { sweep } from "../../shared/queue/sweep.ts";
import { createCatalogue } from "../../shared/routing/catalogue.ts";
import { divertWaiting } from "../../shared/routing/divert-waiting.ts";
import { forgetLines } from "../../shared/routing/forget-lines.ts";
import { createHealthBook } from "../../shared/routing/health-book.ts";
import { createModel, deleteModel } from "../../shared/routing/register-models.ts";
import { createRestingQueues } from "../../shared/routing/resting-queues.ts";
import { aChat, admin, ann, openTestConea } from "../../shared/tasks/conea.fixture.ts";
import { findContinuation } from "../../shared/tasks/continuation.ts";
import { listDeadLetters } from "../../shared/tasks/dead-letters.ts";
import { followTask } from "../../shared/tasks/follow-task.ts";
import { createOutputPages } from "../../shared/tasks/output-pages.ts";
import { listTasks } from "../../shared/tasks/read-tasks.ts";
import { replayDeadLetters } from "../../shared/tasks/replay-dead-letters.ts";
import { settleAttempt } from "../../shared/tasks/settle-attempt.ts";
import { submitTask } from "../../shared/tasks/submit-task.ts";
import {
  countActiveTasksByUser,
  listFailedTasks,
  listPendingTasks,
  listProcessingTasks,
  listTasksByRelatedEntity,
  listTasksByType,
  listTasksByUser,
  listTimedOutTasks,
} from "../../shared/tasks/task-repository.ts";
import {
  averageProcessingMs,
  countTasksByStatus,
  statisticsByProvider,
} from "../../shared/tasks/task-statistics.ts";
import { waitForTask } from "../../shared/tasks/wait-for-task.ts";
import { publishReceipts } from "../../shared/webhooks/publish-receipts.ts";
import { receiveHook } from "../../shared/webhooks/receive-hook.ts";

/** Prompts page by page, and a report of what was asked. */
async function usePrompts(deps: Deps): Promise<void> {
  const template = [{ role: "user" as const, content: "Hello" }];
  await createPrompt(deps, ann, { id: "greet", template, variables: {} });
  await listPrompts(deps, ann, { limit: 1 });
  await listPrompts(deps, ann, { limit: 1, cursor: "YQ" });
  const asked = { maxInputTokens: 1_000, sample: 1 };
  for (const principal of [ann, admin]) await reportCompression(deps, principal, asked);
}

import { useAlerts } from "./use-alerts.ts";
import { useAllowances } from "./use-allowances.ts";
import { useNotifications } from "./use-notifications.ts";
import { useUsage } from "./use-usage.ts";
import { useWebhooks } from "./use-webhooks.ts";

type Deps = Awaited<ReturnType<typeof openTestConea>>["conea"];

/** Uses everything of the product that asks for documents, with every combination of what may be asked. */
export async function useProduct(wrap: (documents: Documents) => Documents): Promise<void> {
  const test = await openTestConea({ second: true, queue: { strict: true } });
  const documents = wrap(test.conea.documents);
  const wakes = { slotMs: 0, ensure: async () => undefined };
  const deps = { ...test.conea, documents, wakes };
  await useQueue({ ...deps, backpressure: createBackpressure(deps) });
  for (const principal of [ann, admin]) await useLists(deps, principal);
  await useKeys(deps);
  await useBatches(deps);
  await useCache(deps);
  await useRouting(deps);
  await useWebhooks(deps);
  await useNotifications(deps);
  await useHooks(deps);
  await usePrompts(deps);
  await usePrices(deps);
  await useUsage(deps);
  await useAllowances(deps);
  await useAlerts(deps);
  await test.close();
}

async function useQueue(deps: Deps): Promise<void> {
  const { task } = await submitTask(deps, ann, aChat());
  await estimateWait(deps, task);
  await describeQueue(deps, "main");
  await Promise.all([peekQueue(deps, "main"), queueLength(deps, "main"), isQueueFull(deps, "main")]);
  await promoteDue(deps, "main");
  const claimed = await claimNextTask(deps, "main");
  if (claimed) await writePages(deps, claimed);
  for (const orphans of [false, true]) await sweep({ ...deps }, { orphans });
  const ended = AbortSignal.abort();
  await waitForTask(deps, task.id, { waitMs: 0, signal: ended });
  for (const page of ["", "0001-000000"])
    for await (const _ of followTask(deps, task.id, { start: { attempt: 0, page }, signal: ended })) break;
  const watch = watchTask(deps, task.id, { isStreamed: false });
  watch.followStore();
  watch.close();
}

/** What a worker leaves that comes back too late: a page of its text, and its outcome beside the task. */
async function writePages(deps: Deps, { task, fence }: Claimed): Promise<void> {
  const pages = createOutputPages(deps, task);
  pages.write("text");
  const { last } = await pages.finish();
  const facts = { provider: task.queue, startedAt: deps.clock.now() };
  for (const _ of ["in time", "late"])
    await settleAttempt(deps, { task, fence }, { kind: "returned" }, facts, last);
}

async function useLists(deps: Deps, principal: Principal): Promise<void> {
  for (const wanted of combine({
    status: "ready" as const,
    type: "chat" as const,
    model: "m",
    relatedEntity: "o/1",
    prompt: "greet",
  }))
    await listTasks(deps, principal, { limit: 1, ...wanted });
  for (const wanted of combine({ type: "chat" as const, model: "m", code: "x", from: time, to: time })) {
    await listDeadLetters(deps, principal, { limit: 1, ...wanted });
    await replayDeadLetters(deps, principal, { filter: wanted }, JSON.stringify([principal, wanted]));
  }
  for (const wanted of combine({ type: "chat" as const, provider: "main" }))
    await averageProcessingMs(deps, principal, wanted);
  await statisticsByProvider(deps, principal);
  await countTasksByStatus(deps, principal);
  await countActiveTasksByUser(deps, principal, "ann");
  await listTasksByRelatedEntity(deps, principal, "o/1");
  await listTasksByType(deps, principal, "chat");
  await listTasksByUser(deps, principal, "ann");
  for (const list of [listFailedTasks, listPendingTasks, listProcessingTasks, listTimedOutTasks])
    await list(deps, principal);
}

/** Files in every order, and a batch from its first line to its end, cancelled meanwhile. */
async function useBatches(given: Deps): Promise<void> {
  const deps = { ...given, lines: testLines };
  const unstored = { isStored: false };
  const content = Buffer.from([aLine("a", "a", "m", unstored), aLine("b", "b", "none")].join("\n"));
  const { id: inputFileId } = await storeFile(deps, ann, { filename: "a.jsonl", content: toChunks(content) });
  for (const principal of [ann, admin]) {
    for (const wanted of combine({ purpose: "batch" as const, after: inputFileId }))
      for (const order of ["asc", "desc"] as const)
        await listFiles(deps, principal, { order, limit: 1, ...wanted });
    await listBatches(deps, principal, { limit: 1 });
  }
  const { id } = await createBatch(deps, ann, { inputFileId, endpoint: "/v1/chat/completions" });
  await driveBatch(deps, id, deps.clock.now());
  await driveBatch(deps, id, deps.clock.now() + 1);
  await cancelBatch(deps, ann, id);
  await driveBatches(deps);
  await removeExpired(deps);
}

async function useKeys(deps: Deps): Promise<void> {
  const { id } = await createKey(deps, admin, { user: "ann", role: "user" }, "key-1");
  await listKeys(deps, admin);
  await revokeKey(deps, admin, id);
}

/** An answer that is kept, and a claim on one. */
async function useCache(deps: Deps): Promise<void> {
  const cache = createCache(deps);
  const request = aChat({ cache: { mode: "read_write", coalesce: true } });
  const { task } = await submitTask({ ...deps, cache }, ann, request);
  cache.keep(task, { text: "text", finishReason: "stop" });
  await cache.untilKept();
}

/** A hook that comes, and what a crash would leave of it. */
async function useHooks(deps: Deps): Promise<void> {
  const { hooks } = ConeaConfig.parse({
    providers: {},
    hooks: { github: { scheme: "github", secret: "secret:HOOK" } },
  });
  await deps.secrets.addVersion("HOOK", "secret");
  const body = Buffer.from("{}");
  const signature = createHmac("sha256", "secret").update(body).digest("hex");
  const headers = new Headers({ "x-hub-signature-256": `sha256=${signature}`, "x-github-delivery": "1" });
  await receiveHook({ ...deps, config: { hooks } }, "github", { headers, body });
  await publishReceipts(deps);
}

/** A price that is set, and a past period that is priced by it, page by page. */
async function usePrices(given: Deps): Promise<void> {
  const deps = { ...given, prices: createPrices(given) };
  await setPrice(deps, admin, "m", { effectiveFrom: "2026-01-01", tier: "standard", inputMicros: 1 });
  const taskId = `task_${"a".repeat(26)}`;
  const cursor = Buffer.from(JSON.stringify(["main", time, taskId])).toString("base64url");
  for (const wanted of combine({ cursor }))
    await repriceTasks(deps, admin, { from: time, to: "2027-01-01T00:00:00Z", apply: true, ...wanted });
}

/** Models of the catalogue, how they do, and a task that goes from one to the next. */
async function useRouting(given: Deps): Promise<void> {
  const catalogue = createCatalogue(given);
  const health = createHealthBook(given);
  const deps = { ...given, catalogue, health, resting: createRestingQueues(given) };
  await createModel(deps, admin, {
    ...{ id: "new", provider: "second", kinds: ["chat"] },
    abilities: { prefill: true },
  });
  const limits = { requests: "60/min" };
  await createModel(deps, admin, { id: "limited", provider: "second", kinds: ["chat"], limits });
  await deleteModel(deps, admin, "limited");
  const inMonths = { ...deps.clock, now: () => deps.clock.now() + 60 * 86_400_000 };
  await forgetLines({ ...deps, clock: inMonths });
  health.note("new", { isGood: true });
  await health.share("new");
  const route = { fallbacks: ["new"] };
  const { task } = await submitTask(deps, ann, aChat({ model: "m", stream: true, route }));
  await divertWaiting(deps, task.queue);
  const { route: planned } = task;
  const cut = {
    ...{ n: 1, provider: "main", outcome: "failed" as const, outputPages: 1 },
    ...{ startedAt: task.createdAt, endedAt: task.createdAt },
  };
  await findContinuation(deps, {
    ...{ ...task, model: "new", attempts: [cut] },
    ...(planned && { route: { ...planned, at: 1 } }),
  });
}

const time = "2026-01-01T00:00:00Z";

/** Every choice of these properties. */
function combine<T extends object>(all: T): Partial<T>[] {
  let choices: Partial<T>[] = [{}];
  for (const [name, value] of Object.entries(all))
    choices = choices.flatMap((choice) => [choice, { ...choice, [name]: value }]);
  return choices;
}
