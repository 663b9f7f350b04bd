import { type Event, isTaskEvent, type TaskEvent } from "../api/events.ts";
import { fromTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Noted } from "./change-minute.ts";
import { toEventKey, toShard } from "./event-key.ts";
import { minutesKeptMs } from "./minute-document.ts";
import { createMinuteKeeper, type MinuteDeps } from "./minute-keeper.ts";
import { toStart } from "./period.ts";
import { isCounted, toCells } from "./to-cells.ts";

export type UsageWriterOptions = MinuteDeps & {
  log: Log;
  /**
   * Into how many documents the events of a minute go. An event that comes again after this has changed may be counted twice.
   */
  shards: number;
  /** How long a batch waits for more. */
  windowMs?: number;
  /** A batch of so many does not wait any longer. */
  most?: number;
};

export type UsageWriter = {
  /** Resolves once the event is counted, durably, and for ever once. Rejects where it may have to come again. */
  add(event: Event): Promise<void>;
  /** Counts the event soon, without telling when. */
  note(event: Event): void;
  /** Writes what has come so far, without waiting for more. */
  flush(): Promise<void>;
};

/** A minute this old may be gone already, and with it the knowledge of what was counted. */
const oldestMs = minutesKeptMs - 86_400_000;

/**
 * Gathers events for a moment and counts them together. One batch is written at a time: what comes meanwhile goes with the next,
 * so that a slow store makes larger batches instead of more.
 */
export function createUsageWriter(options: UsageWriterOptions): UsageWriter {
  const { clock, log, shards, windowMs = 250, most = 100 } = options;
  const keeper = createMinuteKeeper(options);
  let gathered: TaskEvent[] = [];
  /** Of the batch that is being gathered. */
  let written = Promise.withResolvers<void>();
  let writing: Promise<void> = Promise.resolve();
  let isWriting = false;
  /** The batch that is being gathered has waited long enough. */
  let isDue = false;
  let cancel = () => {};

  function gather(event: Event): boolean {
    if (!isTaskEvent(event) || !isCounted(event) || isTooOld(event, clock.now(), log)) return false;
    if (gathered.push(event) === 1) cancel = clock.after(windowMs, endWait);
    if (gathered.length === most) endWait();
    return true;
  }

  function endWait(): void {
    isDue = true;
    if (!isWriting && gathered.length > 0) start();
  }

  function start(): void {
    cancel();
    isWriting = true;
    isDue = false;
    const events = gathered;
    const batch = written;
    // Whoever waits has the promise; where nobody does, the failure is logged.
    batch.promise.catch(() => undefined);
    gathered = [];
    written = Promise.withResolvers<void>();
    writing = writeAll(events).then(batch.resolve, (error: unknown) => {
      log.error("events could not be counted", { count: events.length, ...toErrorField(error) });
      batch.reject(error);
    });
    void writing.then(goOn);
  }

  function goOn(): void {
    isWriting = false;
    if (isDue) endWait();
  }

  async function writeAll(events: TaskEvent[]): Promise<void> {
    const groups = toGroups(events, shards);
    const results = await Promise.allSettled(groups.map((group) => keeper.add(group, group.noted)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  return {
    async add(event) {
      const { promise } = written;
      if (gather(event)) await promise;
    },
    note: (event) => void gather(event),
    async flush() {
      while (isWriting || gathered.length > 0) {
        endWait();
        await writing;
      }
    },
  };
}

type Group = { minute: string; shard: number; noted: Noted[] };

/** By where they are counted. All at a time, since one by one between other work costs three times as much. */
function toGroups(events: TaskEvent[], shards: number): Group[] {
  const groups = new Map<string, Group>();
  for (const event of events) {
    const minute = toStart("minute", fromTime(event.time));
    const eventKey = toEventKey(event.id);
    const shard = toShard(eventKey, shards);
    const id = `${minute} ${shard}`;
    const group = groups.get(id) ?? { minute, shard, noted: [] };
    groups.set(id, group);
    group.noted.push({ eventKey, cells: toCells(event) });
  }
  return [...groups.values()];
}

/** An event that comes so late that nobody knows whether it was counted. */
function isTooOld(event: TaskEvent, now: number, log: Log): boolean {
  if (fromTime(event.time) >= now - oldestMs) return false;
  log.warn("event too old to be counted", { eventId: event.id, taskId: event.task.id });
  return true;
}
