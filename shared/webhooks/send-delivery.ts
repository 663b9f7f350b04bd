import { type Log, toErrorField } from "../core/log.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { FairShare } from "./create-fair-share.ts";
import type { Pacing } from "./create-pacing.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import type { EndpointDocument } from "./endpoint-document.ts";
import { type EndedAttempt, judgeOutcome } from "./next-delivery-state.ts";
import type { Send, SendOutcome } from "./send.ts";
import { type SettleDeliveryDeps, settleDelivery } from "./settle-delivery.ts";
import type { ShiftEndpoint } from "./shift-endpoint.ts";
import type { TakenLine } from "./take-line.ts";

export type SendDeps = SettleDeliveryDeps & {
  send: Send;
  share: FairShare;
  /** The receiver of an endpoint says that it is gone. */
  onGone: (endpoint: EndpointDocument) => Promise<unknown>;
  log: Log;
};

export type Sending = { taken: TakenLine; pacing: Pacing; endpoint: ShiftEndpoint };

/** `unsettled`: it was sent and the store did not take what came of it. `broken`: a fault on our side. */
export type CallEnd = "settled" | "unsettled" | "broken";

/** Sends a delivery once and settles it. Never rejects. */
export async function sendDelivery(
  deps: SendDeps,
  { taken, pacing, endpoint }: Sending,
  delivery: Snapshot<DeliveryDocument>,
): Promise<CallEnd> {
  const { endpointId } = taken.line;
  const startedAt = taken.now();
  const leaveShare = deps.share.start(endpointId);
  pacing.begin(delivery.id, startedAt, taken.latest());
  try {
    const opened = endpoint.opened();
    const { judge = toJudged } = opened;
    const { outcome, verdict } = judge(await deps.send(opened.toOutgoing(delivery.data, startedAt)));
    const endedAt = taken.now();
    pacing.end(delivery.id, verdict === "delivered", endedAt);
    const end = await settle(deps, delivery, { outcome, verdict, startedAt, endedAt });
    if (verdict === "gone") await leave(deps, endpoint);
    return end;
  } catch (error) {
    // Nobody was called: the delivery stays as it is, and is due.
    deps.log.warn("a delivery was not sent by a fault of our own", { endpointId, ...toErrorField(error) });
    return "broken";
  } finally {
    leaveShare();
  }
}

async function settle(
  deps: SendDeps,
  delivery: Snapshot<DeliveryDocument>,
  attempt: EndedAttempt,
): Promise<CallEnd> {
  const fields = { endpointId: delivery.data.endpointId, deliveryId: delivery.id };
  try {
    const isCounted = await settleDelivery(deps, delivery, attempt);
    if (!isCounted) deps.log.info("an attempt counts for nothing: another wrote its delivery", fields);
    return "settled";
  } catch (error) {
    deps.log.warn("an attempt was not kept and is made again", { ...fields, ...toErrorField(error) });
    return "unsettled";
  }
}

async function leave({ onGone }: SendDeps, endpoint: ShiftEndpoint): Promise<void> {
  endpoint.stop();
  await onGone(endpoint.opened().endpoint);
}

function toJudged(outcome: SendOutcome) {
  return { outcome, verdict: judgeOutcome(outcome) };
}
