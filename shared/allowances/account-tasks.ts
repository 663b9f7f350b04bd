import { sleep } from "../core/clock.ts";
import { InvalidDocument, PreconditionFailed, type Write, type WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { allowancePath } from "./allowance-document.ts";
import type { Ended } from "./allowances.ts";
import { toAccounted, toTruth } from "./truth.ts";

/** An ended task as it was last written. */
export type Noted = { task: Ended; updateTime: WriteTime };

type Deps = Pick<Platform, "documents" | "clock" | "random">;

const mostTries = 8;
const pauseMs = 20;
/** Below what a commit may hold. */
const mostWrites = 450;

/**
 * Spends what ended tasks have really used and lets go what was reserved for them: one commit for all of them, which no task is
 * part of twice, since it takes away what says that it is not accounted for. The allowances are added to without looking. Rejects
 * where the store does not answer: then the sweep finds what is left. Resolves to the allowances that were changed.
 */
export async function accountTasks(deps: Deps, noted: Noted[]): Promise<string[]> {
  let open = noted.filter(({ updateTime }) => updateTime !== "");
  if (open.length < noted.length) open = await readAgain(deps, noted);
  let gone: ReadonlySet<string> = new Set();
  for (let tries = 1; open.length > 0; tries++) {
    const writes = toWrites(open, gone);
    if (writes.length > mostWrites && open.length > 1) return inHalves(deps, open);
    try {
      await deps.documents.commit(writes);
      break;
    } catch (error) {
      if (error instanceof InvalidDocument || tries === mostTries) throw error;
      await sleep(deps.clock, deps.random() * pauseMs * 2 ** tries);
      // Reading tells whether it took place.
      open = await readAgain(deps, open);
      if (error instanceof PreconditionFailed) gone = await findGone(deps, open);
    }
  }
  return [...new Set(noted.flatMap(({ task }) => task.reserved ?? []).map(({ allowance }) => allowance))];
}

async function inHalves(deps: Deps, open: Noted[]): Promise<string[]> {
  const half = Math.ceil(open.length / 2);
  const first = await accountTasks(deps, open.slice(0, half));
  return [...first, ...(await accountTasks(deps, open.slice(half)))];
}

/** Those that are still to be accounted for, as they are now. */
async function readAgain({ documents }: Deps, noted: Noted[]): Promise<Noted[]> {
  const found = await Promise.all(noted.map(({ task }) => documents.get<Ended>(`tasks/${task.id}`)));
  return found.flatMap((snapshot) =>
    snapshot?.data.unaccounted ? [{ task: snapshot.data, updateTime: snapshot.updateTime }] : [],
  );
}

/** The allowances whose documents are there no more: they were deleted long after their period. */
async function findGone({ documents }: Deps, noted: Noted[]): Promise<Set<string>> {
  const ids = [
    ...new Set(noted.flatMap(({ task }) => task.reserved ?? []).map(({ allowance }) => allowance)),
  ];
  const found = await Promise.all(ids.map((id) => documents.get(allowancePath(id))));
  return new Set(ids.filter((_, index) => found[index] === undefined));
}

function toWrites(noted: Noted[], gone: ReadonlySet<string>): Write[] {
  const changes = new Map<string, Record<string, number>>();
  for (const { allowance, spent, slices } of noted.flatMap(({ task }) => toAccounted(task))) {
    const change = changes.get(allowance) ?? {};
    changes.set(allowance, change);
    if (spent > 0) change.spent = (change.spent ?? 0) + spent;
    for (const [slice, amount] of Object.entries(slices)) {
      const name = `slices.${slice}.granted`;
      change[name] = (change[name] ?? 0) - amount;
    }
  }
  const ofAllowances = [...changes].filter(([id]) => !gone.has(id));
  return [...ofAllowances.map(([id, increments]) => toAddition(id, increments)), ...noted.map(toDone)];
}

function toAddition(id: string, increments: Record<string, number>): Write {
  return { op: "update", path: allowancePath(id), increments };
}

function toDone({ task, updateTime }: Noted): Write {
  const { micros, tokens } = toTruth(task);
  return {
    op: "update",
    path: `tasks/${task.id}`,
    fields: { accounted: { micros, tokens } },
    removes: ["reserved", "slices", "unaccounted"],
    precondition: { updateTime },
  };
}
