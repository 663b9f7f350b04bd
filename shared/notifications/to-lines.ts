import type { Message, Notice } from "./notice.ts";

/** What a message says in one line. */
export function toHeadline({ kind, count, notices: [first], step }: Message): string {
  const title = first?.title ?? "Notification";
  if (kind === "escalation") return `Escalation ${step ?? 1}: ${title}`;
  return count > 1 ? `${count} notifications: ${title} and ${count - 1} more` : title;
}

/** A notice's facts, a line each. */
export function toFactLines({ facts, at }: Notice): string[] {
  return [...facts.map(({ name, value }) => `${name}: ${value}`), `Time: ${at}`];
}

/** What a message says beside its notices. */
export function toFootLines({ count, notices, suppressed, subscription }: Message): string[] {
  const more = count - notices.length;
  return [
    ...(more > 0 ? [`${more} more are not listed.`] : []),
    ...(suppressed ? [`${suppressed} like it were not told since the last.`] : []),
    ...(subscription ? [`Subscription: ${subscription.name}`] : []),
  ];
}
