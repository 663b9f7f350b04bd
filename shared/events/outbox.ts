/**
 * The events of what a document tells of, as it remembers them until they are known to be published. The write that makes an
 * event so records it; whoever wrote publishes it, and the sweep what may not have been published.
 */
export type Outbox<T extends object> = {
  /** Events so far. */
  sequence: number;
  /** The first so many are known to be published. */
  told: number;
  /** The latest of them, in order. */
  recent: Recorded<T>[];
};

export type Recorded<T extends object> = T & { sequence: number; at: string };

/** More than can come between two looks of the sweep. */
const kept = 24;

/** The outbox once an event is recorded in it; absent where there was none before. Pure. */
export function withRecorded<T extends object>(
  outbox: Outbox<T> | undefined,
  event: T & { at: string },
): Outbox<T> {
  const { sequence: before, told, recent } = outbox ?? { sequence: 0, told: 0, recent: [] };
  const sequence = before + 1;
  return { sequence, told, recent: [...recent, { ...event, sequence }].slice(-kept) };
}

/** What may not have been published, in order. */
export function untoldOf<T extends object>(outbox: Outbox<T> | undefined): Recorded<T>[] {
  return outbox?.recent.filter(({ sequence }) => sequence > outbox.told) ?? [];
}

/** The outbox once all that is in it is known to be published. */
export function allTold<T extends object>(outbox: Outbox<T>): Outbox<T> {
  return { ...outbox, told: outbox.sequence };
}
