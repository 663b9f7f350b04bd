import type { AllowanceState, Measure } from "../api/allowances.ts";
import type { Role } from "../api/keys.ts";
import type { Attempt, Cost } from "../api/task.ts";
import type { TaskStatus } from "../api/task-type.ts";
import type { WriteTime } from "../platform/documents.ts";

/** On whose account something is done. `role` decides which policy of conea.yaml holds for the user. */
export type Subject = {
  tenant: string;
  user: string;
  role: Role;
  keyId?: string;
  relatedEntity?: string;
};

/** So much of a measure; or `most` where there is that much, and never less than `least`. Whole numbers. */
export type Amount = number | { least: number; most: number };

/** What is asked for at once. A measure that nothing bounds for the subject costs nothing. */
export type Needs = { [measure in Measure]?: Amount };

/** A part of an allowance that a task holds, as its document carries it until it is accounted for. */
export type Reserved = { allowance: string; slice: string; measure: Measure; amount: number };

export type Reservation = {
  /** Goes into the task's document in the commit that creates it: see `toReservedFields`. Empty where nothing bounds it. */
  readonly reserved: readonly Reserved[];
  /** What may be used of a measure that something bounds, the least of all; absent where nothing does. */
  readonly got: { readonly [measure in Measure]?: number };
  /** Every allowance that was asked, as this process knows it: for the `RateLimit` headers. */
  readonly states: readonly AllowanceState[];
  /** The commit must be sent before this elapsed time; `Infinity` where nothing bounds it. */
  readonly createBy: number;
};

/** The fields of a task's document that this folder owns. None of them is shown to callers. */
export type ReservedFields = {
  reserved?: readonly Reserved[];
  /** The slices that `reserved` names, for the sweep to find them by. */
  slices?: readonly string[];
  /** Set by every write that ends the task while it has `reserved`; taken away once it is accounted for. */
  unaccounted?: true;
  /** What was accounted for before, of a task that was replayed. */
  accounted?: Truth;
};

/** What a task has really used in all its runs. `known` is whether that of its money is. */
export type Truth = { micros: number; tokens: number };

/** What accounting must know of an ended task: its document is one. */
export type Ended = ReservedFields & {
  id: string;
  status: TaskStatus;
  cost: Cost;
  /** One cancelled during a call is accounted for when that is known, or after a while by all that was reserved. */
  attempts: readonly Pick<Attempt, "n" | "outcome" | "usage">[];
  attemptCount: number;
  /** Of a task that was replayed: those of its runs before. */
  attemptsBefore?: number;
  /** Of all attempts of all runs, where `attempts` does not have them all. */
  usedTokens?: number;
};

/**
 * One process's dealings with all allowances. What it reserves it takes from slices that it holds in memory, so that most
 * reservations touch no document; a slice that has too little is topped up by one read and one conditional write, which all
 * who wait for it share. At every commit, of any process, spent + reserved + handed out is at most the limit.
 */
export type Allowances = {
  /**
   * The measures that something bounds for the subject. Where `micros` or `tokens` is among them, the needs must be true upper
   * bounds. Reads nothing while what was read is believed (30 s).
   */
  governed(subject: Subject): Promise<ReadonlySet<Measure>>;
  /** Whether nothing is known to bound anybody of the tenant. Reads nothing. */
  isFree(tenant: string): boolean;
  /**
   * Reserves all that is needed, of every allowance of the subject, or nothing. `requests` are spent by it. Throws
   * `rate_limited` (requests, tokens, activeTasks) or `allowance_exhausted` (micros) with what is left and when it renews, and
   * `unavailable` where the store does not answer.
   */
  reserve(subject: Subject, needs: Needs): Promise<Reservation>;
  /**
   * Reserves more of the same allowances for a task that needs more than it has: a retry after a failure that was charged, a
   * dearer fallback. Only measures that the task has reserved are asked for. Resolves to all that the task holds then, which
   * the commit that lets it go on must write (`toReservedFields`); to `undefined`, and nothing taken, where it is refused.
   */
  extend(held: readonly Reserved[], more: Needs): Promise<Extension | undefined>;
  /** Takes back what was reserved: it is known that no document carries it. Nothing is written. */
  giveBack(taken: Pick<Reservation, "reserved"> | Extension): void;
  /** It is not known whether a document carries it: a sweep finds out. Call it wherever a creating commit may have happened. */
  leave(taken: Pick<Reservation, "reserved"> | Extension): void;
  /**
   * Whether a commit that carries it may still be sent, also for a second time (`mayRepeat` of `commitMarked`). Where it was not
   * sent: `giveBack`, and reserve anew.
   */
  isFresh(taken: { createBy: number }): boolean;
  /** An ended task is to be accounted for; `updateTime` is that of the write that ended it ("" where it is not known). Never throws. */
  note(task: Ended, updateTime: WriteTime): void;
  /** Accounts for what was noted, together with what others noted meanwhile. Never rejects: what fails is the sweep's. */
  flush(): Promise<void>;
  /** How the allowances of a subject stand, read anew. */
  read(subject: Subject): Promise<AllowanceState[]>;
  /** Has the limits read anew: this process has changed them. */
  forget(): void;
  /** Accounts for all that was noted and returns what the slices hold free: before the process ends. Never rejects. */
  drain(): Promise<void>;
};

/** What `extend` has reserved. `reserved` is all that the task holds; `added` what is new of it. */
export type Extension = {
  readonly reserved: readonly Reserved[];
  readonly added: readonly Reserved[];
  readonly createBy: number;
};

/** Where nothing is bounded. */
export const noReservation: Reservation = {
  reserved: [],
  got: {},
  states: [],
  createBy: Number.POSITIVE_INFINITY,
};
