/** A message that says "look at this queue at this time". It carries no work. */
export type Wake = {
  queue: string;
  /** By the way of which other queue it comes, for one that has no Cloud Tasks queue of its own. */
  through?: string;
  /** Whose line of the queue `webhooks` to look at: each endpoint has one of its own, and so has what is due of a subscription. */
  endpoint?: string;
  /** `ready`: claim from the head of the line. `due`: first promote the scheduled tasks whose time has come. */
  reason: "ready" | "due";
  /** The time it was asked for (epoch milliseconds): has come when it is delivered, whatever the receiver's clock says. */
  at?: number;
  /** W3C Trace Context of one of those who asked for it. Delivered as the header of that name where there are headers. */
  traceparent?: string;
};

export interface Wakes {
  /**
   * The width of a slot in milliseconds: wakes of one queue and reason inside one slot are one wake. 0 where waking is
   * free (embedded): then a wake starts at once.
   */
  readonly slotMs: number;
  /**
   * Delivers the wake once `at` (epoch milliseconds) has come, at least once, unless a wake of that name is already
   * waiting (or, on Cloud Tasks, was delivered within the hour): that is success. Late, duplicate, reordered and, rarely,
   * lost deliveries are the receiver's to bear.
   */
  ensure(wake: Wake, name: string, at: number): Promise<void>;
}
