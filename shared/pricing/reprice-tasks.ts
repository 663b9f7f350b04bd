import { z } from "zod";
import { type Principal, requireAdmin } from "../access/principal.ts";
import type { Reprice, Repriced, RepricedModel } from "../api/prices.ts";
import { type Attempt, TaskId } from "../api/task.ts";
import { terminalStatuses } from "../api/task-type.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { findModel, type Models } from "../routing/catalogue.ts";
import { keptAttempts, type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { addCost, noCost, toCost } from "./add-cost.ts";
import type { PriceList, Prices } from "./create-prices.ts";

const pageSize = 200;
const commitsAtOnce = 20;
/**
 * How long after an attempt its task may end: as long as a task may live, and a little for what is on its way. Attempts of a task
 * that was replayed later than that keep their price.
 */
const longestMs = 32 * 24 * 60 * 60 * 1_000;

export type RepriceDeps = Pick<Platform, "documents"> & {
  config: ConeaConfig;
  prices: Prices;
  catalogue: { read(): Promise<{ models: Models }> };
};

/**
 * Prices one page of tasks that have ended anew, by the prices as they are known now, for the attempts that started in a period.
 * Doing it again changes nothing more, wherever it was interrupted. Throws `forbidden`, and `invalid_request` for a bad cursor.
 */
export async function repriceTasks(
  deps: RepriceDeps,
  principal: Principal,
  { from, to, apply, cursor, ...only }: Reprice,
): Promise<Repriced> {
  requireAdmin(principal);
  const period = { from: Date.parse(from), to: Date.parse(to) };
  const list = await deps.prices.read();
  const { models } = await deps.catalogue.read();
  const place =
    cursor === undefined ? { queue: queuesOf(deps.config.providers)[0] ?? "" } : fromCursor(cursor);
  const page = await readPage(deps, period, place);
  const repriced = page.flatMap((snapshot) => {
    const changes = repriceAttempts({ ...period, ...only, list, models }, snapshot.data);
    return changes.length > 0 ? [{ snapshot, changes }] : [];
  });
  const changed = repriced.filter(({ changes }) => changes.some(isChange));
  const skipped = apply ? await applyAll(deps, changed) : 0;
  const next = nextPlace(deps.config, place, page);
  return {
    tasks: repriced.length,
    changed: changed.length,
    skipped,
    models: sumByModel(repriced.flatMap(({ changes }) => changes)),
    ...(next && { nextCursor: toCursor(next) }),
  };
}

/** An attempt, and what it costs by now; absent where that is not known. */
type Repricing = { attempt: Attempt; costMicros?: number };

const isChange = ({ attempt, costMicros }: Repricing) => attempt.costMicros !== costMicros;

type World = Pick<Reprice, "provider" | "model"> & {
  from: number;
  to: number;
  list: PriceList;
  models: Models;
};

/** The attempts in question that were charged for. Pure. */
export function repriceAttempts(
  { from, to, provider, model, list, models }: World,
  { attempts }: Pick<TaskDocument, "attempts">,
): Repricing[] {
  return attempts.flatMap((attempt) => {
    const at = Date.parse(attempt.startedAt);
    const isMeant =
      at >= from &&
      at < to &&
      (provider === undefined || attempt.provider === provider) &&
      (model === undefined || attempt.model === model);
    if (!isMeant || !attempt.usage || attempt.cached) return [];
    const entry = findModel(models, attempt.model ?? "");
    const call = { provider: attempt.provider, model: attempt.model, at };
    const { micros, known } = list.cost(call, attempt.usage, entry);
    return [{ attempt, ...(known && { costMicros: micros }) }];
  });
}

/** The task's fields with the attempts priced anew. Attempts that were dropped keep what they are counted for. Pure. */
export function toRepriced(
  { attempts, cost }: Pick<TaskDocument, "attempts" | "cost">,
  changes: readonly Repricing[],
): Pick<TaskDocument, "attempts" | "cost"> {
  const byNumber = new Map(changes.map((change) => [change.attempt.n, change]));
  const repriced = attempts.map((attempt) => {
    const change = byNumber.get(attempt.n);
    if (!change) return attempt;
    const { costMicros: _, ...rest } = attempt;
    return { ...rest, ...(change.costMicros !== undefined && { costMicros: change.costMicros }) };
  });
  if (attempts.length < keptAttempts) return { attempts: repriced, cost: sumOf(repriced) };
  const dropped = (cost.micros ?? 0) - (sumOf(attempts).micros ?? 0);
  const { micros = 0, known } = sumOf(repriced);
  return { attempts: repriced, cost: toCost(Math.max(dropped, 0) + micros, known && cost.known) };
}

function sumOf(attempts: readonly Attempt[]) {
  const charges = attempts.map((attempt) => {
    if (attempt.outcome === "lost") return "unknown" as const;
    return attempt.usage && !attempt.cached ? attempt : undefined;
  });
  return charges.reduce<ReturnType<typeof addCost>>((cost, charge) => addCost(cost, charge), noCost);
}

/** How many could not be written because somebody else did meanwhile. */
async function applyAll(
  { documents }: RepriceDeps,
  changed: { snapshot: Snapshot<TaskDocument>; changes: Repricing[] }[],
): Promise<number> {
  let skipped = 0;
  for (let start = 0; start < changed.length; start += commitsAtOnce) {
    const some = changed.slice(start, start + commitsAtOnce).map(({ snapshot, changes }) =>
      tryCommit(documents, {
        op: "update",
        path: taskPath(snapshot.id),
        fields: toRepriced(snapshot.data, changes),
        precondition: { updateTime: snapshot.updateTime },
      }),
    );
    skipped += (await Promise.all(some)).filter((isWritten) => !isWritten).length;
  }
  return skipped;
}

function sumByModel(changes: Repricing[]): RepricedModel[] {
  const sums = new Map<string, RepricedModel>();
  for (const { attempt, costMicros } of changes) {
    const { provider, model } = attempt;
    const key = JSON.stringify([provider, model ?? null]);
    const sum = sums.get(key) ?? { ...nothing, provider, ...(model !== undefined && { model }) };
    sums.set(key, {
      ...sum,
      attempts: sum.attempts + 1,
      beforeMicros: sum.beforeMicros + (attempt.costMicros ?? 0),
      afterMicros: sum.afterMicros + (costMicros ?? 0),
      unknownBefore: sum.unknownBefore + Number(attempt.costMicros === undefined),
      unknownAfter: sum.unknownAfter + Number(costMicros === undefined),
    });
  }
  return [...sums.values()];
}

const nothing = { attempts: 0, beforeMicros: 0, afterMicros: 0, unknownBefore: 0, unknownAfter: 0 };

/** Where to go on: with a queue, after one of its tasks. */
type Place = { queue: string; after?: { completedAt: string; id: string } };

function readPage(
  { documents }: RepriceDeps,
  period: { from: number; to: number },
  { queue, after }: Place,
): Promise<Snapshot<TaskDocument>[]> {
  return documents.query<TaskDocument>({
    collection: "tasks",
    where: [
      ["queue", "==", queue],
      ["status", "in", [...terminalStatuses]],
      ["completedAt", ">=", toTime(period.from)],
      ["completedAt", "<", toTime(Math.min(period.to + longestMs, latest))],
    ],
    orderBy: [["completedAt", "desc"]],
    limit: pageSize,
    ...(after && { startAfter: { values: [after.completedAt], id: after.id } }),
  });
}

/** The last moment that text of a fixed width can name. */
const latest = Date.parse("9999-12-31T23:59:59.999Z");

/** Queue by queue, each to its end; `undefined` when all are done. */
function nextPlace(
  { providers }: ConeaConfig,
  { queue }: Place,
  page: Snapshot<TaskDocument>[],
): Place | undefined {
  const last = page.length === pageSize ? page.at(-1) : undefined;
  if (last) return { queue, after: { completedAt: last.data.completedAt ?? "", id: last.id } };
  const next = queuesOf(providers).find((id) => id > queue);
  return next === undefined ? undefined : { queue: next };
}

function queuesOf(providers: ConeaConfig["providers"]): string[] {
  return Object.keys(providers).toSorted();
}

function toCursor({ queue, after }: Place): string {
  const parts = [queue, ...(after ? [after.completedAt, after.id] : [])];
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

const Cursor = z.union([z.tuple([z.string()]), z.tuple([z.string(), z.iso.datetime(), TaskId])]);

function fromCursor(cursor: string): Place {
  try {
    const parts = Cursor.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    const [queue, completedAt, id] = parts;
    return { queue, ...(completedAt && id && { after: { completedAt, id } }) };
  } catch {
    throw new ConeaError("invalid_request", "The cursor is none of ours; start without one.", {
      fields: [{ field: "cursor", message: "is none of ours" }],
    });
  }
}
