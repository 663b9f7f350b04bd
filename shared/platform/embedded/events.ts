import { type Event, subjectOf } from "../../api/events.ts";
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
 * first time, or still has an earlier event of the same subject in hand; whatever a subscriber does, it neither rejects nor
 * disturbs the others. A subscriber gets the events of one subject one after the other.
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

/** One subscriber's events: those of one subject in order, those of different subjects side by side. */
function createLine({ handle, clock, log, signal }: LineOptions) {
  const lastOf = new Map<string, Promise<void>>();

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
      const { id: eventId, type } = event;
      log.error("a subscriber failed on an event", { eventId, type, ...toErrorField(error) });
    }
  }

  /** Resolves once the event's turn is over. */
  function enqueue(event: Event, onFailure: () => void): Promise<void> {
    const subject = subjectOf(event);
    const before = lastOf.get(subject) ?? Promise.resolve();
    const turn = before.then(() => handOver(event, onFailure));
    const last = turn.finally(() => {
      if (lastOf.get(subject) === last) lastOf.delete(subject);
    });
    lastOf.set(subject, last);
    return last;
  }

  return {
    /**
     * Resolves once the event is handled, or failed for the first time. Does not wait behind an earlier event of the
     * subject: its subscriber may be the one that publishes this one.
     */
    async hand(event: Event): Promise<void> {
      const isBehind = lastOf.has(subjectOf(event));
      const failed = Promise.withResolvers<void>();
      const handled = enqueue(event, failed.resolve);
      if (!isBehind) await Promise.race([handled, failed.promise]);
    },
    end: () => Promise.all(lastOf.values()),
  };
}
