import { expect, it } from "vitest";
import { SetNotificationChannel, SetNotificationSubscription } from "../../shared/api/notifications.ts";
import { createLog } from "../../shared/core/log.ts";
import { randomIds } from "../../shared/core/random.ts";
import { sweepNotifications } from "../../shared/notifications/carry-out-due.ts";
import { createChannel } from "../../shared/notifications/create-channel.ts";
import { createSubscriptionBook } from "../../shared/notifications/create-subscription-book.ts";
import type { Message } from "../../shared/notifications/notice.ts";
import {
  aBatchEvent,
  anAlertEvent,
  configs,
  root,
} from "../../shared/notifications/notifications.fixture.ts";
import { notify } from "../../shared/notifications/notify.ts";
import { createSubscription } from "../../shared/notifications/write-subscriptions.ts";
import { openFirestoreDocuments } from "../../shared/platform/google/documents.ts";
import { systemClock } from "../../shared/platform/system-clock.ts";
import type { DeliveryDocument } from "../../shared/webhooks/delivery-document.ts";
import { describeOnEmulators, hostOf } from "../../tests/emulators/describe-on-emulators.ts";
import { freshProject } from "../../tests/emulators/fresh-project.ts";

const hourMs = 3_600_000;

/** Notifications on Firestore. No wake gets through, and nobody sends: what is told are the deliveries. */
async function open() {
  const endpoint = hostOf("firestore");
  const documents = openFirestoreDocuments({ project: freshProject(), database: "(default)", endpoint });
  const deps = {
    ...{ documents, clock: systemClock, ids: randomIds, log: createLog(() => undefined) },
    ...{
      wakes: { slotMs: 250, ensure: async () => undefined },
      subscriptions: createSubscriptionBook({ documents, clock: systemClock }),
    },
    seal: { seal: async () => "sealed", open: async () => "{}" },
    ...{ safeFetch: { checkUrl: async () => undefined }, mail: { check: async () => undefined } },
  };
  const request = { kind: "pagerduty", name: "pager", config: configs.pagerduty };
  const { id: pager } = await createChannel(deps, root, SetNotificationChannel.parse(request));
  const subscribe = (fields: object) =>
    createSubscription(
      deps,
      root,
      SetNotificationSubscription.parse({ name: "s", types: ["alert.*"], channels: [pager], ...fields }),
    );
  const told = async () => {
    const found = await documents.query<DeliveryDocument>({
      collection: "webhookDeliveries",
      orderBy: [["dueAt", "asc"]],
    });
    return found.map(({ data }) => JSON.parse(data.body) as Message);
  };
  const later = { ...deps, clock: { ...systemClock, now: () => Date.now() + hourMs } };
  return { deps, later, pager, subscribe, told, close: () => documents.close() };
}

describeOnEmulators(["firestore"], "notifications on Firestore", () => {
  it("are made once, whoever takes an event and however often, and escalate once", async () => {
    const test = await open();
    const escalation = [{ afterMinutes: 5, channels: [test.pager] }];
    await test.subscribe({ escalation });
    await test.subscribe({ types: ["batch.*"], groupBySeconds: 60 });
    const event = anAlertEvent(Date.now(), "fired");
    const batches = [aBatchEvent(Date.now()), aBatchEvent(Date.now())];
    for (let n = 0; n < 2; n++)
      await Promise.all([event, event, ...batches, ...batches].map((one) => notify(test.deps, one)));
    expect(await test.told()).toMatchObject([{ kind: "notice", count: 1 }]);
    await Promise.all([sweepNotifications(test.later), sweepNotifications(test.later)]);
    const kinds = (await test.told()).map(({ kind, count }) => `${kind} ${count}`).sort();
    expect(kinds).toEqual(["escalation 1", "group 2"]);
    await notify(test.later, anAlertEvent(Date.now(), "resolved"));
    const states = (await test.told()).map(({ notices: [first] }) => first?.alert?.state);
    expect(states).toEqual([undefined, "resolved"]);
    await test.close();
  });
});
