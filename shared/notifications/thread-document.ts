import type { DocumentPath } from "../platform/documents.ts";
import type { Notice } from "./notice.ts";

/** An alert that a subscription's channels were told of, or will be at `tellAt`. */
export type AlertThread = {
  state: "open" | "acknowledged";
  firedAt: string;
  tellAt: string;
  notice: Notice;
  /** Escalations that were carried out. */
  step: number;
  /** Whom it was told to: who is told of its end. */
  channels: string[];
  /** Its notice waits. `cooling`: for the end of a cool-down, and is told only if the alert still fires then. */
  waiting?: { noticeId: string; cooling?: { toldAt?: string } };
};

/** `notificationThreads/{hash(subscription, key)}`: what a subscription was told about one thing. */
export type ThreadDocument = {
  id: string;
  tenant: string;
  subscriptionId: string;
  /** Of the last events: one that comes twice changes nothing. */
  seen: string[];
  /** Of an alert's last event: an earlier one that comes late changes nothing either. */
  sequence?: number;
  /** When it was last told: its cool-down begins there. */
  toldAt?: string;
  /** Events since then that were not told. */
  suppressed: number;
  alert?: AlertThread;
  /** When the next escalation is due. */
  dueAt?: string;
  /** The store may drop what nothing is awaited of any more. */
  deleteAt?: string;
};

export const threadsCollection = "notificationThreads";

export function threadPath(threadId: string): DocumentPath {
  return `${threadsCollection}/${threadId}`;
}
