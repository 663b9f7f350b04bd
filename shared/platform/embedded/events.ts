import { type Event, subjectOf } from "../../api/events.ts";
import type { Clock } from "../../core/clock.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import type { Events } from "../events.ts";
import { retry, retryAfter } from "./retry.ts";

/** Whoever is done when it returns gives no promise, and then nobody waits. */
export type Subscriber = (event: Event) => Promise<void> | undefined;

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
      publish(event) {
        const subject = subjectOf(event);
        const turns: Promise<void>[] = [];
        for (const line of lines) {
          const turn = line.hand(subject, event);
          if (turn !== undefined) turns.push(turn);
        }
        return turns.length === 0 ? handed : untilAll(turns);
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

const handed = Promise.resolve();

/** None rejects, so that they need not be waited for together. */
async function untilAll(turns: Promise<void>[]): Promise<void> {
  for (const turn of turns) await turn;
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
    await report(event, retryAfter(failure, { clock, step: async () => handle(event), signal }));
  }

  async function handRest(subject: string, waiting: Event[]): Promise<void> {
    for (let event = waiting.shift(); event; event = waiting.shift()) {
      const current = event;
      await report(
        event,
        retry(clock, async () => handle(current), signal),
      );
    }
    release(subject);
  }

  function goOn(subject: string, waiting: Event[]): void {
    if (waiting.length === 0) release(subject);
    else void handRest(subject, waiting);
  }

  function recover(subject: string, event: Event, failure: unknown, waiting: Event[]): void {
    void tryAgain(event, failure).then(() => handRest(subject, waiting));
  }

  async function follow(
    subject: string,
    event: Event,
    handling: Promise<void>,
    waiting: Event[],
  ): Promise<void> {
    try {
      await handling;
    } catch (error) {
      return recover(subject, event, error, waiting);
    }
    goOn(subject, waiting);
  }

  return {
    /**
     * Resolves once the event is handled, or failed for the first time; no promise where it has by now. Does not wait behind
     * an earlier event of the subject: its subscriber may be the one that publishes this one.
     */
    hand(subject: string, event: Event): Promise<void> | undefined {
      const ahead = inHand.get(subject);
      if (ahead) return void ahead.push(event);
      const waiting: Event[] = [];
      inHand.set(subject, waiting);
      try {
        const handling = handle(event);
        if (handling !== undefined) return follow(subject, event, handling, waiting);
        goOn(subject, waiting);
      } catch (error) {
        recover(subject, event, error, waiting);
      }
      return undefined;
    },
    async end() {
      if (inHand.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onIdle = resolve;
      await promise;
    },
  };
}
