import type { DocumentPath } from "../platform/documents.ts";
import type { Notice } from "./notice.ts";

/** `notificationNotices/{hash(subscription, event)}`: a notice that waits for its window to end or its schedule to open. */
export type NoticeDocument = {
  id: string;
  tenant: string;
  subscriptionId: string;
  state: "pending" | "sent" | "withdrawn";
  /** Those of one subscription that are due at the same time become one message. */
  dueAt: string;
  /** By which those that are due at the same time stand in the order in which they happened. */
  order: string;
  channels: string[];
  notice: Notice;
  suppressed?: number;
  /** Kept for so long that an event that comes again finds it. */
  deleteAt?: string;
};

export const noticesCollection = "notificationNotices";

export function noticePath(noticeId: string): DocumentPath {
  return `${noticesCollection}/${noticeId}`;
}
