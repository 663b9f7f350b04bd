import type { Event } from "../../api/events.ts";
import type { Clock } from "../../core/clock.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import type { Events } from "../events.ts";
import { retry } from "./retry.ts";

export type Subscriber = (event: Event) => Promise<void>;

export type EmbeddedEvents = {
  events: Events;
  /** From now on `handle` gets each event. A rejection is tried again a few times, then logged. Returns what ends it. */
  subscribe(handle: Subscriber): () => void;
  /** Resolves once no subscriber is at work. */
  close(): Promise<void>;
};

/**
 * Events handed to the subscribers in this process. `publish` resolves once each was called and came to an end for the
 * first time, or still has an earlier event of the task in hand; whatever a subscriber does, it neither rejects nor
 * disturbs the others. A subscriber gets the events of one task one after the other.
 */
export function createEmbeddedEvents({ clock, log }: { clock: Clock; log: Log }): EmbeddedEvents {
  const closing = new AbortController();
  const lines = new Set<ReturnType<typeof createLine>>();

  return {
    events: {
      async publish(event) {
        await Promise.all([...lines].map((line) => line.hand(event)));
      },
    },
    subscribe(handle) {
      const line = createLine({ handle, clock, log, signal: closing.signal });
      lines.add(line);
      return () => void lines.delete(line);
    },
    async close() {
      closing.abort();
      await Promise.all([...lines].map((line) => line.end()));
    },
  };
}

type LineOptions = { handle: Subscriber; clock: Clock; log: Log; signal: AbortSignal };

/** One subscriber's events: those of one task in order, those of different tasks side by side. */
function createLine({ handle, clock, log, signal }: LineOptions) {
  const lastOfTask = new Map<string, Promise<void>>();

  async function handleOnce(event: Event, onFailure: () => void): Promise<void> {
    try {
      await handle(event);
    } catch (error) {
      onFailure();
      throw error;
    }
  }

  async function handOver(event: Event, onFailure: () => void): Promise<void> {
    try {
      await retry(clock, () => handleOnce(event, onFailure), signal);
    } catch (error) {
      const { id: taskId } = event.task;
      log.error("a subscriber failed on an event", { taskId, type: event.type, ...toErrorField(error) });
    }
  }

  /** Resolves once the event's turn is over. */
  function enqueue(event: Event, onFailure: () => void): Promise<void> {
    const task = event.task.id;
    const before = lastOfTask.get(task) ?? Promise.resolve();
    const turn = before.then(() => handOver(event, onFailure));
    const last = turn.finally(() => {
      if (lastOfTask.get(task) === last) lastOfTask.delete(task);
    });
    lastOfTask.set(task, last);
    return last;
  }

  return {
    /**
     * Resolves once the event is handled, or failed for the first time. Does not wait behind an earlier event of the
     * task: its subscriber may be the one that publishes this one.
     */
    async hand(event: Event): Promise<void> {
      const isBehind = lastOfTask.has(event.task.id);
      const failed = Promise.withResolvers<void>();
      const handled = enqueue(event, failed.resolve);
      if (!isBehind) await Promise.race([handled, failed.promise]);
    },
    end: () => Promise.all(lastOfTask.values()),
  };
}
