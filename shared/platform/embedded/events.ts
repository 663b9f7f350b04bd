import { type Event, subjectOf } from "../../api/events.ts";
import type { Clock } from "../../core/clock.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import type { Events } from "../events.ts";
import { retry, retryAfter } from "./retry.ts";

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
        const handed = [...lines].map((line) => line.hand(event));
        // None rejects, so that they need not be waited for together.
        for (const turn of handed) await turn;
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
  /** The subjects of which it has an event in hand, each with the events that wait behind it. */
  const inHand = new Map<string, Event[]>();
  let onIdle: (() => void) | undefined;

  function release(subject: string): void {
    inHand.delete(subject);
    if (inHand.size === 0) onIdle?.();
  }

  async function report(event: Event, handling: Promise<void>): Promise<void> {
    try {
      await handling;
    } catch (error) {
      const { id: eventId, type } = event;
      log.error("a subscriber failed on an event", { eventId, type, ...toErrorField(error) });
    }
  }

  async function tryAgain(event: Event, failure: unknown): Promise<void> {
    await report(event, retryAfter(failure, { clock, step: () => handle(event), signal }));
  }

  async function handRest(subject: string, waiting: Event[]): Promise<void> {
    for (let event = waiting.shift(); event; event = waiting.shift()) {
      const step = handle.bind(undefined, event);
      await report(event, retry(clock, step, signal));
    }
    release(subject);
  }

  return {
    /**
     * Resolves once the event is handled, or failed for the first time. Does not wait behind an earlier event of the
     * subject: its subscriber may be the one that publishes this one.
     */
    async hand(event: Event): Promise<void> {
      const subject = subjectOf(event);
      const ahead = inHand.get(subject);
      if (ahead) return void ahead.push(event);
      const waiting: Event[] = [];
      inHand.set(subject, waiting);
      try {
        await handle(event);
      } catch (error) {
        return void tryAgain(event, error).then(() => handRest(subject, waiting));
      }
      if (waiting.length === 0) release(subject);
      else void handRest(subject, waiting);
    },
    async end() {
      if (inHand.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onIdle = resolve;
      await promise;
    },
  };
}
