import type { EventType, Severity } from "../api/events.ts";

/** How much a notice matters, in the words of all channels. */
export type Level = "critical" | "error" | "warning" | "info";

/** An event, as people are told of it. It holds no content of a task. */
export type Notice = {
  eventId: string;
  type: EventType;
  /** Among the events of its subject. */
  sequence: number;
  at: string;
  title: string;
  level: Level;
  /** What it is about, as a path: `tasks/task_x`. */
  subject: string;
  facts: { name: string; value: string }[];
  alert?: { id: string; severity: Severity; state: AlertNoticeState };
};

export type AlertNoticeState = "fired" | "acknowledged" | "resolved";

/** What one channel is sent at a time: one notice, or several in one. */
export type Message = {
  /** Stays the same at every attempt, so that a receiver can drop what it has seen. */
  id: string;
  kind: "notice" | "group" | "escalation" | "test";
  subscription?: { id: string; name: string };
  /** How many notices it stands for; `notices` holds the first. */
  count: number;
  notices: Notice[];
  /** Of an escalation: the first is 1. */
  step?: number;
  /** How many like it were not told since the last, because of the cool-down. */
  suppressed?: number;
};

/** More of a message's notices are only counted. */
export const mostNotices = 20;
