import type { Event } from "../../shared/api/events.ts";
import { linkTrace } from "../../shared/core/trace.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import type { Notifications } from "../../shared/notifications/create-notifications.ts";
import { type NotifyDeps, notify } from "../../shared/notifications/notify.ts";
import type { Webhooks } from "../../shared/webhooks/create-webhooks.ts";
import { type FanOutDeps, fanOut } from "../../shared/webhooks/fan-out.ts";

export type OnTaskEventDeps = Omit<FanOutDeps & NotifyDeps, "book" | "subscriptions"> & {
  webhooks: Pick<Webhooks, "book">;
  notifications: Pick<Notifications, "subscriptions">;
};

/** Takes an event and makes its deliveries and notifications. Answers 204 once all are kept; anything else asks for the event again. */
export function createOnTaskEvent(
  deps: OnTaskEventDeps,
  readEvent: (request: Request) => Promise<Event>,
): Handler {
  const { book } = deps.webhooks;
  const { subscriptions } = deps.notifications;
  return toInternalHandler(deps.log, async (request) => {
    const event = await readEvent(request);
    linkTrace(event.traceparent);
    // Neither waits for the other, and both are done again where one failed: what was made stays as it is.
    await Promise.all([fanOut({ ...deps, book }, event), notify({ ...deps, subscriptions }, event)]);
    return new Response(null, { status: 204 });
  });
}
