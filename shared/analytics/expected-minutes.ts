import type { Attempt } from "../api/task.ts";
import { terminalStatuses } from "../api/task-type.ts";
import { fromTime } from "../core/clock.ts";
import { keptAttempts, type TaskDocument } from "../tasks/task-document.ts";
import { addCell, type Cells } from "./cell.ts";
import type { Noted } from "./change-minute.ts";
import { toEventKey } from "./event-key.ts";
import { listStarts, toNext, toStart } from "./period.ts";
import type { Range } from "./read-rollups.ts";
import { readStore, type StoreDeps } from "./read-store.ts";
import { toCells } from "./to-cells.ts";

/** What minutes should count, as far as the store shows it. */
export type Expected = {
  /** Events that count, by minute. */
  minutes: Map<string, Noted[]>;
  tasks: number;
  /** Hours to which events or attempts belong that their tasks no longer remember, with one such task each. */
  notShown: Map<string, string>;
  /** Attempts of tasks that have ended which no event of theirs tells of, and what they cost: there should be none. */
  untold: { attempts: number; micros: number };
};

/** Reads the store for what its tasks add up to in a range. `onTask` is called now and then with how many were read. */
export async function readExpected(
  deps: StoreDeps,
  range: Range,
  onTask: (tasks: number) => void = () => {},
): Promise<Expected> {
  const expected: Expected = {
    minutes: new Map(),
    tasks: 0,
    notShown: new Map(),
    untold: { attempts: 0, micros: 0 },
  };
  for await (const { task, events } of readStore(deps, range)) {
    expected.tasks++;
    if (expected.tasks % 1_000 === 0) onTask(expected.tasks);
    for (const event of events) {
      const cells = toCells(event);
      if (cells.length === 0) continue;
      const minute = toStart("minute", fromTime(event.time));
      const noted = { eventKey: toEventKey(event.id), cells };
      const known = expected.minutes.get(minute);
      if (known) known.push(noted);
      else expected.minutes.set(minute, [noted]);
    }
    noteNotShown(expected.notShown, task, range);
    for (const { costMicros = 0 } of untoldOf(task, range)) {
      expected.untold.attempts++;
      expected.untold.micros += costMicros;
    }
  }
  return expected;
}

function noteNotShown(hours: Map<string, string>, task: TaskDocument, { from, to }: Range): void {
  const until = forgottenUntil(task);
  if (until === undefined) return;
  const first = toStart("hour", fromTime(task.createdAt));
  const end = toNext("hour", toStart("hour", fromTime(until)));
  for (const hour of listStarts("hour", first < from ? from : first, end < to ? end : to))
    hours.set(hour, task.id);
}

/** The time up to which something may have been told of a task that it does not remember; `undefined` where it knows all. */
function forgottenUntil({ recentEvents, eventSequence, attempts }: TaskDocument): string | undefined {
  // One that a cancel cut before it cost anything was never noted: it is not forgotten.
  const before = attempts.length < keptAttempts ? 0 : (attempts[0]?.n ?? 1) - 1;
  const lacking = recentEvents.findLast(({ since = 0, upTo = 0 }) => upTo > 0 && since < before);
  if (lacking) return lacking.at;
  return recentEvents.length < eventSequence ? recentEvents[0]?.at : undefined;
}

function untoldOf({ status, recentEvents, attempts }: TaskDocument, { from, to }: Range): Attempt[] {
  const told = recentEvents.findLast(({ upTo }) => upTo !== undefined)?.upTo ?? 0;
  if (!terminalStatuses.has(status)) return [];
  return attempts.filter(({ n, endedAt }) => n > told && endedAt >= from && endedAt < to);
}

/** What an hour's minutes should add up to. */
export function sumExpected({ minutes }: Expected): Map<string, Cells> {
  const byHour = new Map<string, Cells>();
  for (const [minute, noted] of minutes) {
    const hour = toStart("hour", fromTime(minute));
    const sum: Cells = byHour.get(hour) ?? new Map();
    byHour.set(hour, sum);
    for (const { cells } of noted) for (const cell of cells) addCell(sum, cell);
  }
  return byHour;
}
