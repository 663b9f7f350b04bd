import type { Evidence } from "./evidence.ts";

/** A promise that a run did not keep. */
export type Violation = { invariant: string; at: number; message: string; taskId?: string };

/** One promise, and what in a run breaks it. */
export type Invariant = {
  name: string;
  check: (evidence: Evidence) => Omit<Violation, "invariant">[];
};
