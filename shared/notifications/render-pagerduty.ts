import { cutText } from "./cut-text.ts";
import type { AlertNoticeState, Level, Message } from "./notice.ts";
import { toHeadline } from "./to-lines.ts";

const longestSummary = 1_024;
const longestSource = 255;

const actions = { fired: "trigger", acknowledged: "acknowledge", resolved: "resolve" } as const;

export type PagerDutyEvent = {
  routing_key: string;
  event_action: (typeof actions)[AlertNoticeState];
  /** Makes events of one alert one incident, and an event that comes twice one. */
  dedup_key: string;
  payload?: {
    summary: string;
    source: string;
    severity: Level;
    timestamp: string;
    class: string;
    custom_details: Record<string, unknown>;
  };
  client?: string;
};

/**
 * A message as an event of the Events API v2. An alert's is of the incident that bears its id; anything else opens one of its own.
 * https://developer.pagerduty.com/docs/send-alert-event
 */
export function renderPagerDuty(message: Message, routingKey: string): PagerDutyEvent {
  const [first] = message.notices;
  const action = actions[first?.alert?.state ?? "fired"];
  const common = { routing_key: routingKey, event_action: action, dedup_key: first?.alert?.id ?? message.id };
  if (action !== "trigger" || !first) return common;
  const { at: timestamp, level: severity, type, subject, facts } = first;
  const details = message.notices.slice(1).map(({ title }) => title);
  return {
    ...common,
    payload: {
      summary: cutText(toHeadline(message), longestSummary),
      source: cutText(subject, longestSource),
      ...{ severity, timestamp, class: type },
      custom_details: {
        ...Object.fromEntries(facts.map(({ name, value }) => [name, value])),
        ...(message.count > 1 && { count: message.count, others: details }),
      },
    },
    client: "Conea",
  };
}
