/** What Cloud Tasks does to those who believed in it. Probabilities are from 0 to 1; all dice are thrown from one seed. */
export type Unkindness = {
  /** Whether tasks that are due together go out in any order; otherwise the one due first goes first. */
  disorder: boolean;
  /** How probable it is that a task is delivered a second time though it succeeded, and how much later at most. */
  duplicates: number;
  duplicateWithinMs: number;
  /** How probable it is that a task's first delivery is late, and how late at most. */
  late: number;
  lateUpToMs: number;
  /** How long a name stays taken after its task has ended. */
  nameKeptMs: number;
  /** Whether 429 and 503 answers slow the whole queue down. */
  slowDown: boolean;
  /** How probable it is that a call is refused with UNAVAILABLE, having done nothing. */
  refusedCalls: number;
  /** How probable it is that a call does its work and answers UNAVAILABLE. */
  lostAnswers: number;
};

/** What can be relied on to happen; nothing is left to chance. */
export const kind: Unkindness = {
  disorder: false,
  duplicates: 0,
  duplicateWithinMs: 0,
  late: 0,
  lateUpToMs: 0,
  nameKeptMs: 3_600_000,
  slowDown: true,
  refusedCalls: 0,
  lostAnswers: 0,
};

/** The default: everything the service's pages warn of, more often than it happens. */
export const unkind: Unkindness = {
  disorder: true,
  duplicates: 0.05,
  duplicateWithinMs: 30_000,
  late: 0.05,
  lateUpToMs: 300_000,
  nameKeptMs: 3_600_000,
  slowDown: true,
  refusedCalls: 0.02,
  lostAnswers: 0.02,
};
