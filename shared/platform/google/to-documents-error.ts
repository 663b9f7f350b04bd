import { type AcceptedWrite, toExpectedPresence } from "../accept-writes.ts";
import { InvalidDocument, OutcomeUnknown, PreconditionFailed } from "../documents.ts";
import { type StatusName, toStatusName } from "./status.ts";

/** With these Firestore has said no, and nothing of the call happened. After any other, or none, nobody knows. */
const refusals: ReadonlySet<StatusName | undefined> = new Set<StatusName>([
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "FAILED_PRECONDITION",
  "UNAUTHENTICATED",
]);
const preconditions: ReadonlySet<StatusName | undefined> = new Set<StatusName>([
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "FAILED_PRECONDITION",
]);
/** The same codes say that a project has no such database, or one of another kind. */
const aboutDatabase = /\bdatabase\b.*\b(does not exist|mode)\b/i;

/** What a failed commit says in the words of the port. Firestore's own text may quote a document and is the cause only. */
export function toCommitError(cause: unknown, writes: AcceptedWrite[]): Error {
  const status = toStatusName(cause);
  if (!refusals.has(status))
    return new OutcomeUnknown(`Firestore did not say whether a commit happened (${status ?? "no status"})`, {
      cause,
    });
  if (preconditions.has(status) && isConditional(writes) && !aboutDatabase.test(String(cause)))
    return new PreconditionFailed(`a document was not as a commit requires (${status})`, { cause });
  return toRefusal(status, cause);
}

/** What a failed read, or a listener that ended, says. */
export function toReadError(cause: unknown): Error {
  const status = toStatusName(cause);
  if (refusals.has(status)) return toRefusal(status, cause);
  return new Error(`Firestore did not answer a read (${status ?? "no status"})`, { cause });
}

function toRefusal(status: StatusName | undefined, cause: unknown): Error {
  if (status === "INVALID_ARGUMENT")
    return new InvalidDocument("Firestore took something for malformed", { cause });
  return new Error(`Firestore refused a call (${status}): ${hints[status ?? ""] ?? "see the cause"}`, {
    cause,
  });
}

const hints: Record<string, string> = {
  FAILED_PRECONDITION:
    "a query without its index in firebase/firestore.indexes.json, or a database in another mode",
  NOT_FOUND: "the project has no such database; terraform apply creates it",
  PERMISSION_DENIED: "this service account lacks roles/datastore.user",
  UNAUTHENTICATED: "there are no valid credentials",
};

function isConditional(writes: AcceptedWrite[]): boolean {
  return writes.some((write) => write.precondition !== undefined || toExpectedPresence(write) !== undefined);
}
