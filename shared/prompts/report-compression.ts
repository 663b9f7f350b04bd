import type { Principal } from "../access/principal.ts";
import type { AskCompression, CompressionReport } from "../api/compression.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { PriceList, Prices } from "../pricing/create-prices.ts";
import { type Catalogue, findModel, type Models } from "../routing/catalogue.ts";
import { readInput } from "../tasks/load-input.ts";
import { isNotKept, isStoredJson, type TaskDocument } from "../tasks/task-document.ts";
import { openCounter } from "./count-tokens.ts";
import { createMeter, type Looked } from "./create-meter.ts";
import { countTasks, type Period, sampleTasks } from "./sample-tasks.ts";

export type CompressionDeps = Pick<Platform, "documents" | "blobs" | "clock"> & {
  catalogue: Catalogue;
  config: ConeaConfig;
  prices: Pick<Prices, "read">;
  log: Log;
};

const dayMs = 24 * 60 * 60 * 1_000;
const usualPeriodMs = 7 * dayMs;
const longestPeriodMs = 93 * dayMs;
/** Of inputs that are kept in Blobs, in all. */
const mostBytes = 20_000_000;

/** What would have been saved, by a sample of the tasks that the principal may see. Throws `invalid_request`. */
export async function reportCompression(
  deps: CompressionDeps,
  principal: Principal,
  asked: AskCompression,
): Promise<CompressionReport> {
  const period = toPeriod(asked, deps.clock.now());
  const [{ models }, prices, counter, inPeriod] = await Promise.all([
    deps.catalogue.read(),
    deps.prices.read(),
    openCounter(referenceModel),
    countTasks(deps, principal, period),
  ]);
  const meter = createMeter({ ...asked, counter });
  const read = createReader(deps, { models, prices });
  const seen = { lookedAt: 0, unread: 0 };
  for await (const tasks of sampleTasks(deps, principal, period, asked.sample)) {
    for (const task of tasks) {
      if (task.status !== "succeeded") continue;
      const looked = await read(task);
      seen[looked ? "lookedAt" : "unread"] += 1;
      if (looked) meter.look(looked);
    }
  }
  return { from: toTime(period.from), to: toTime(period.to), inPeriod, ...seen, ...meter.report() };
}

/** By whose encoding it is told what blanks take: the proportion is much the same with all. */
const referenceModel = { kind: "openai", name: "gpt-5", isVendors: true } as const;

function toPeriod({ from, to }: AskCompression, now: number): Period {
  const end = to === undefined ? now : fromTime(to);
  const start = from === undefined ? end - usualPeriodMs : fromTime(from);
  if (start < end && end - start <= longestPeriodMs) return { from: start, to: end };
  const message = "must be before `to`, and at most 93 days before it";
  throw new ConeaError("invalid_request", `The period is not valid: from ${message}.`, {
    fields: [{ field: "from", message }],
  });
}

/** Reads what a task was asked; `undefined` where that is not kept, gone, or too much. */
function createReader(
  deps: CompressionDeps,
  { models, prices }: { models: Models; prices: PriceList },
): (task: TaskDocument) => Promise<Looked | undefined> {
  let bytes = 0;
  return async (task) => {
    if (isNotKept(task.input)) return undefined;
    if (isStoredJson(task.input)) bytes += task.input.file.bytes;
    if (bytes > mostBytes) return undefined;
    try {
      return { task, input: await readInput(deps, task), price: priceOf(task, models, prices) };
    } catch (error) {
      deps.log.info("a task's input cannot be read any more", { taskId: task.id, ...toErrorField(error) });
      return undefined;
    }
  };
}

function priceOf({ queue, model, createdAt }: TaskDocument, models: Models, prices: PriceList) {
  const entry = model === undefined ? undefined : findModel(models, model);
  return prices.find({ provider: queue, model, at: fromTime(createdAt) }, entry)?.price;
}
