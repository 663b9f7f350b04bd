import type { Principal } from "../access/principal.ts";
import type { AllowanceState } from "../api/allowances.ts";
import type { SubmitTask } from "../api/task.ts";
import type { Cache } from "../cache/create-cache.ts";
import { ConeaError } from "../core/conea-error.ts";
import { InvalidDocument, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Admitted, Backpressure } from "../queue/backpressure.ts";
import { createTask } from "./create-task.ts";
import { createPurse, freePurse, type Purse } from "./purse.ts";
import type { ReserveDeps } from "./reserve-task.ts";
import type { KeepStarted } from "./start.ts";
import { storeInput } from "./stored-files.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

export type KeepDeps = Pick<Platform, "documents" | "blobs" | "clock"> &
  ReserveDeps & { backpressure: Backpressure; cache: Cache };

/** What is to be kept, and for whom. */
export type Order = {
  draft: TaskDocument;
  principal: Principal;
  request: SubmitTask;
  mayBeReplayed: boolean;
  /** Tried first, where nothing but the task itself is written. */
  keepStarted?: KeepStarted;
};

/** What is stored, and since when (epoch ms, by the store's clock). */
export type Kept = { task: TaskDocument; keptAt: number; states: readonly AllowanceState[] };

/** Resolves to `undefined` when there is a task of that id already. Throws `queue_full`, and what an allowance refuses with. */
export async function keepTask(deps: KeepDeps, order: Order): Promise<Kept | undefined> {
  const { draft, mayBeReplayed } = order;
  try {
    return await keepReserved(deps, order);
  } catch (error) {
    await deps.cache.abandon(draft);
    const isRefused = error instanceof ConeaError && refusals.has(error.code);
    if (isRefused && mayBeReplayed && (await deps.documents.get(taskPath(draft.id)))) return undefined;
    throw error;
  }
}

/** What a repeated Idempotency-Key is not told, since it asks for nothing more. */
const refusals: ReadonlySet<string> = new Set(["queue_full", "rate_limited", "allowance_exhausted"]);

async function keepReserved(deps: KeepDeps, order: Order): Promise<Kept | undefined> {
  const { draft, keepStarted } = order;
  let purse = deps.allowances.isFree(order.principal.tenant) ? freePurse : await openPurse(deps, order);
  let kept: Kept | undefined;
  const toTask = async (): Promise<TaskDocument> => {
    const input = await storeInput(deps, draft);
    if (!purse.isFresh()) {
      purse.giveBack();
      purse = await openPurse(deps, order);
    }
    return { ...draft, input, ...purse.fields };
  };
  const keep = async (guards: Write[] = []): Promise<Admitted> => {
    let task = await toTask();
    if (keepStarted && guards.length === 0 && mayStart(order)) {
      const started = await purse
        .spend(() => keepStarted(task, purse.isFresh))
        .catch(async (error) => {
          if (error instanceof InvalidDocument) throw error;
          // It may have been kept after all, with what was reserved: that is left to the sweep.
          purse = await openPurse(deps, order);
          return undefined;
        });
      if (started) kept = { ...started, states: purse.states };
      if (started) return "added";
      task = await toTask();
    }
    const unpublished = { ...task, unpublished: true as const };
    const keptAt = await purse.spend(() => createTask(deps, unpublished, guards, purse.isFresh));
    if (keptAt !== undefined) kept = { task: unpublished, keptAt, states: purse.states };
    if (keptAt !== undefined) return "added";
    const isThere = guards.length === 0 || (await deps.documents.get(taskPath(draft.id))) !== undefined;
    return isThere ? "not needed" : "overtaken";
  };
  try {
    // What waits for a time is not in line yet.
    await (draft.status === "ready" ? deps.backpressure.admit(draft.queue, keep) : keep());
  } catch (error) {
    purse.giveBack();
    throw error;
  }
  if (!kept) await letGo(deps, order, purse);
  return kept;
}

/** One that may be there already would keep those from being kept that are claimed with it. */
function mayStart({ draft, mayBeReplayed }: Order): boolean {
  return draft.status === "ready" && !mayBeReplayed;
}

function openPurse(deps: KeepDeps, { draft, principal, request }: Order): Promise<Purse> {
  const { relatedEntity } = request;
  const subject = { ...principal, ...(relatedEntity !== undefined && { relatedEntity }) };
  return createPurse(deps, subject, draft, async () => request.input);
}

/** The task that is there may be this very one: then it holds what was reserved. */
async function letGo({ documents }: KeepDeps, { draft, mayBeReplayed }: Order, purse: Purse): Promise<void> {
  if (purse.isEmpty || !mayBeReplayed) return purse.leave();
  const earlier = await documents.get<TaskDocument>(taskPath(draft.id)).catch(() => undefined);
  if (earlier && !mayBeSame(earlier.data, draft)) purse.giveBack();
  else purse.leave();
}

/** A replay gives a task another place in its line. */
function mayBeSame({ createdAt, sequence, replays = [] }: TaskDocument, draft: TaskDocument): boolean {
  return createdAt === draft.createdAt && (sequence === draft.sequence || replays.length > 0);
}
