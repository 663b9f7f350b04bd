import {
  type ListChannelDeliveries,
  SetNotificationChannel,
  SetNotificationSubscription,
} from "../../shared/api/notifications.ts";
import { carryOutDueOf, sweepNotifications } from "../../shared/notifications/carry-out-due.ts";
import { deleteChannel } from "../../shared/notifications/change-channel.ts";
import { createChannel } from "../../shared/notifications/create-channel.ts";
import { createNotifications } from "../../shared/notifications/create-notifications.ts";
import { anAlertEvent } from "../../shared/notifications/notifications.fixture.ts";
import { notify } from "../../shared/notifications/notify.ts";
import { listChannels } from "../../shared/notifications/read-channels.ts";
import { testChannel } from "../../shared/notifications/test-channel.ts";
import { createSubscription, deleteSubscription } from "../../shared/notifications/write-subscriptions.ts";
import { admin, type openTestConea } from "../../shared/tasks/conea.fixture.ts";
import { createWebhooks } from "../../shared/webhooks/create-webhooks.ts";
import { listDeliveriesTo } from "../../shared/webhooks/read-deliveries.ts";

type Deps = Awaited<ReturnType<typeof openTestConea>>["conea"];

/** A clock on which whatever is waited for comes at once. */
function hurried(clock: Deps["clock"]): Deps["clock"] {
  const after = (_: number, run: () => void) => {
    queueMicrotask(run);
    return () => undefined;
  };
  return { ...clock, after };
}

/** A channel and its subscription from their creation to their end, told at once, later and step by step. */
export async function useNotifications(given: Deps): Promise<void> {
  const webhooks = createWebhooks(given, { allowLoopbackHttp: true });
  const deps = { ...given, ...webhooks, ...createNotifications(given, { allowLoopback: true }) };
  const config = { routingKey: "k".repeat(32), apiUrl: "http://127.0.0.1:9/" };
  const set = SetNotificationChannel.parse({ kind: "pagerduty", name: "pager", config });
  const { id } = await createChannel(deps, admin, set);
  const escalation = [{ afterMinutes: 1, channels: [id] }];
  for (const groupBySeconds of [0, 1]) {
    const fields = { name: "on call", types: ["alert.*"], channels: [id], escalation, groupBySeconds };
    const subscription = await createSubscription(deps, admin, SetNotificationSubscription.parse(fields));
    for (const type of ["fired", "acknowledged", "resolved"] as const)
      await notify(deps, anAlertEvent(deps.clock.now(), type, { tenant: admin.tenant }));
    const later = { ...deps, clock: { ...deps.clock, now: () => deps.clock.now() + 120_000 } };
    await carryOutDueOf(later, subscription.id);
    await sweepNotifications(later);
    await deleteSubscription(deps, admin, subscription.id);
  }
  for (const wanted of [{}, { state: "failed" }])
    await listDeliveriesTo(deps, id, { limit: 1, ...wanted } as ListChannelDeliveries);
  await listChannels(deps, admin);
  // Nobody sends here: the time that a test message waits for is the clock's.
  await testChannel({ ...deps, clock: hurried(deps.clock) }, admin, id);
  await deleteChannel(deps, admin, id);
}
