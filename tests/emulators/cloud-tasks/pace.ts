export type Pace = {
  /** Takes a permit to send one task, if there is one. */
  take(now: number): boolean;
  /** When the next permit is there. */
  nextAt(now: number): number;
  /** An answer of 429 or 503 halves the rate and waits as long as `Retry-After` says. */
  slowDown(now: number, retryAfterMs: number): void;
  /** A success brings a slowed rate back, a quarter at a time. */
  recover(now: number): void;
  /** The part of the queue's own rate that is in force. */
  share(): number;
};

const leastShare = 1 / 64;

/** A token bucket. How far the service slows down, and how fast it recovers, is not published: this is of its kind. */
export function createPace({ perSecond, burst }: { perSecond: number; burst: number }): Pace {
  let tokens = burst;
  let filledAt = Number.NEGATIVE_INFINITY;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let share = 1;

  const perMs = () => (perSecond * share) / 1_000;
  const room = () => Math.max(1, burst * share);

  function fill(now: number): void {
    if (now > filledAt) tokens = Math.min(room(), tokens + (now - filledAt) * perMs());
    filledAt = Math.max(filledAt, now);
  }

  return {
    take(now) {
      fill(now);
      if (now < heldUntil || tokens < 1 - 1e-9) return false;
      tokens -= 1;
      return true;
    },
    nextAt(now) {
      fill(now);
      return Math.max(heldUntil, now + Math.max(0, 1 - tokens) / perMs());
    },
    slowDown(now, retryAfterMs) {
      fill(now);
      share = Math.max(leastShare, share / 2);
      tokens = Math.min(tokens, room());
      heldUntil = Math.max(heldUntil, now + retryAfterMs);
    },
    recover(now) {
      fill(now);
      share = Math.min(1, share * 1.25);
    },
    share: () => share,
  };
}
