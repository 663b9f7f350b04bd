import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";

/** Every rejection is handled: one that is not ends the process, and every call it was making. */
export const rejectionsHandled: Invariant = {
  name: "no rejection goes unhandled",
  check: ({ entries }) =>
    entriesOf(entries, "unhandled").map(({ at, error }) => ({ at, message: `nobody handled "${error}"` })),
};
