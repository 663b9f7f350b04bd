import { type AlertDocument, alertPath } from "../alerts/alert-document.ts";
import type { EscalationStep } from "../api/notifications.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { idFrom } from "../core/ids.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { wakeLine } from "../webhooks/wake-line.ts";
import { readKinds } from "./create-subscription-book.ts";
import type { FlushDeps } from "./flush-notices.ts";
import type { Message } from "./notice.ts";
import { isOpen, nextOpening } from "./schedule.ts";
import { type SubscriptionDocument, subscriptionPath } from "./subscription-document.ts";
import { type AlertThread, type ThreadDocument, threadPath } from "./thread-document.ts";
import { toChannelWrites } from "./write-deliveries.ts";

type OpenThread = ThreadDocument & { alert: AlertThread };

/**
 * Tells the next of a thread's escalation, whose time has come, of its alert, unless somebody has acknowledged it or it is over: the
 * alert itself is asked, because its event may still be on its way. Outside of the schedule it waits until that opens. Resolves to
 * whether somebody was told.
 */
export async function escalate(deps: FlushDeps, thread: Snapshot<ThreadDocument>): Promise<boolean> {
  const { data } = thread;
  const { alert } = data;
  const found = await deps.documents.get<SubscriptionDocument>(subscriptionPath(data.subscriptionId));
  const step = alert && found?.data.enabled ? found.data.escalation[alert.step] : undefined;
  if (!alert || !found || !step || !(await isUnseen(deps, alert))) return rest(deps, thread);
  const now = deps.clock.now();
  const { schedule } = found.data;
  if (schedule && !isOpen(schedule, now)) return rest(deps, thread, nextOpening(schedule, now));
  return tellStep(deps, { thread, open: { ...data, alert }, subscription: found.data, step, now });
}

async function isUnseen({ documents }: FlushDeps, { state, firedAt, notice }: AlertThread): Promise<boolean> {
  const found = await documents.get<AlertDocument>(alertPath(notice.alert?.id ?? ""));
  if (!found) return state === "open";
  const isSame = found.data.firedAt === firedAt && found.data.state === "firing";
  return state === "open" && isSame && found.data.acknowledgedAt === undefined;
}

type Escalation = {
  thread: Snapshot<ThreadDocument>;
  open: OpenThread;
  subscription: SubscriptionDocument;
  step: EscalationStep;
  now: number;
};

async function tellStep(
  deps: FlushDeps,
  { thread, open, subscription, step, now }: Escalation,
): Promise<boolean> {
  const { alert } = open;
  const { tenant } = subscription;
  const message = toEscalation(subscription, open);
  const kinds = await readKinds(deps, tenant);
  const writes = step.channels.map(async (id) => {
    const kind = kinds.get(id);
    return kind ? toChannelWrites(deps, [message], { channel: { id, tenant, kind }, at: now }) : [];
  });
  const next = subscription.escalation[alert.step + 1];
  const dueAt = next && Math.max(now + 1, fromTime(alert.tellAt) + next.afterMinutes * 60_000);
  const channels = [...new Set([...alert.channels, ...step.channels])];
  const fields = { alert: { ...alert, step: alert.step + 1, channels } };
  const update = toUpdate(thread, dueAt, fields);
  if (!(await tryCommit(deps.documents, update, ...(await Promise.all(writes)).flat()))) return false;
  await Promise.all(step.channels.map((id) => wakeLine(deps, id)));
  if (dueAt !== undefined) await wakeLine(deps, subscription.id, { reason: "due", at: dueAt });
  return true;
}

function toEscalation({ id, name }: SubscriptionDocument, { id: threadId, alert }: OpenThread): Message {
  const step = alert.step + 1;
  return {
    id: idFrom("msg", threadId, alert.firedAt, String(step)),
    ...{ kind: "escalation", subscription: { id, name }, count: 1, notices: [alert.notice], step },
  };
}

/** Nothing is due until then, or any more. */
async function rest(deps: FlushDeps, thread: Snapshot<ThreadDocument>, until?: number): Promise<false> {
  await tryCommit(deps.documents, toUpdate(thread, until));
  if (until !== undefined) await wakeLine(deps, thread.data.subscriptionId, { reason: "due", at: until });
  return false;
}

function toUpdate({ id, updateTime }: Snapshot, dueAt: number | undefined, fields: object = {}): Write {
  return {
    op: "update",
    path: threadPath(id),
    fields: { ...fields, ...(dueAt !== undefined && { dueAt: toTime(dueAt) }) },
    removes: dueAt === undefined ? ["dueAt"] : [],
    precondition: { updateTime },
  };
}
