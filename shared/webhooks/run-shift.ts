import { sleep } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { FairShare } from "./create-fair-share.ts";
import type { Pacing } from "./create-pacing.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import { type EndpointDocument, endpointPath } from "./endpoint-document.ts";
import { type EndedAttempt, judgeOutcome } from "./next-delivery-state.ts";
import type { OpenEndpoint } from "./open-endpoint.ts";
import { readDue } from "./read-due.ts";
import type { Send, SendOutcome } from "./send.ts";
import { type SettleDeliveryDeps, settleDelivery } from "./settle-delivery.ts";
import type { TakenLine } from "./take-line.ts";
import type { WakeBell } from "./wake-bell.ts";

export type ShiftDeps = Pick<Platform, "documents"> &
  SettleDeliveryDeps & {
    send: Send;
    share: FairShare;
    open: (endpoint: EndpointDocument) => Promise<OpenEndpoint>;
    /** The receiver of an endpoint says that it is gone. */
    onGone: (endpoint: EndpointDocument) => Promise<unknown>;
    log: Log;
  };

export type Shift = {
  taken: TakenLine;
  opened: OpenEndpoint;
  pacing: Pacing;
  /** Aborts where the process is about to end. */
  closing: AbortSignal;
  /** Rings when a wake has come for this line, which something new may have caused. */
  bell: WakeBell;
};

/**
 * `over`: there is nothing left to do, or another shift will. `stopped`: the endpoint takes nothing any more. `broken`: a fault on
 * our side, which a pause may mend.
 */
export type ShiftEnd = "over" | "stopped" | "broken";

/** How often a line whose calls are under way is looked at again where nobody rings. */
const lookMs = 1_000;
/** How long an endpoint's document counts as it was read: a pause or a revoked secret takes effect after so long. */
const endpointLifeMs = 5_000;
/** A rate of one in ten seconds is the slowest; what lasts longer is the breaker's rest, for which no shift waits. */
const longestPaceMs = 10_000;

/**
 * Sends what is due within the endpoint's rate, concurrency and breaker, and settles it, until nothing is left or the shift's time
 * is up. Resolves once nothing of it is under way.
 */
export async function runShift(deps: ShiftDeps, shift: Shift): Promise<ShiftEnd> {
  const { taken, pacing, closing, bell } = shift;
  const { endpointId } = taken.line;
  const calls = new Map<string, Promise<void>>();
  /** Sent, but the store did not take it: they come again in another shift. */
  const unsettled = new Set<string>();
  let { opened } = shift;
  let openedAt = taken.now();
  let waiting: Snapshot<DeliveryDocument>[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isBroken = false;
  let isStopped = false;

  const isOn = () => taken.isOn() && !closing.aborted && !isBroken && !isStopped;
  const mustLook = () =>
    waiting.length === 0 && (calls.size === 0 || bell.hasRung() || taken.now() - lookedAt >= lookMs);

  async function look(): Promise<void> {
    if (taken.now() - openedAt >= endpointLifeMs) await refresh();
    if (!isOn()) return;
    bell.reset();
    lookedAt = taken.now();
    const { ratePerSecond, concurrency } = opened.endpoint;
    const limit = Math.ceil(Math.max(ratePerSecond, concurrency)) + calls.size + unsettled.size;
    // One that ends while the store is asked may be read as it was before: it is not new.
    const known = new Set([...calls.keys(), ...unsettled]);
    const due = await readDue(deps, endpointId, { now: lookedAt, limit });
    waiting = due.filter(({ id }) => !known.has(id));
  }

  async function refresh(): Promise<void> {
    openedAt = taken.now();
    const found = await deps.documents.get<EndpointDocument>(endpointPath(endpointId));
    if (found?.data.state === "enabled") opened = await deps.open(found.data);
    else isStopped = true;
  }

  async function call(delivery: Snapshot<DeliveryDocument>): Promise<void> {
    const startedAt = taken.now();
    const end = deps.share.start(endpointId);
    pacing.begin(delivery.id, startedAt, taken.latest());
    try {
      const { judge = toJudged } = opened;
      const { outcome, verdict } = judge(await deps.send(opened.toOutgoing(delivery.data, startedAt)));
      const endedAt = taken.now();
      pacing.end(delivery.id, verdict === "delivered", endedAt);
      await settle(delivery, { outcome, verdict, startedAt, endedAt });
    } catch (error) {
      // Nobody was called: the delivery stays as it is, and is due.
      isBroken = true;
      deps.log.warn("a delivery was not sent by a fault of our own", { endpointId, ...toErrorField(error) });
    } finally {
      calls.delete(delivery.id);
      end();
    }
  }

  async function settle(delivery: Snapshot<DeliveryDocument>, attempt: EndedAttempt): Promise<void> {
    const fields = { endpointId, deliveryId: delivery.id };
    try {
      const isCounted = await settleDelivery(deps, delivery, attempt);
      if (!isCounted) deps.log.info("an attempt counts for nothing: another wrote its delivery", fields);
    } catch (error) {
      unsettled.add(delivery.id);
      deps.log.warn("an attempt was not kept and is made again", { ...fields, ...toErrorField(error) });
    }
    if (attempt.verdict !== "gone") return;
    isStopped = true;
    await deps.onGone(opened.endpoint);
  }

  /** Waits for a call to end, or anything else that lets the shift go on. */
  async function idle(mostMs: number, ...others: Promise<void>[]): Promise<void> {
    const done = new AbortController();
    await Promise.race([...calls.values(), ...others, sleep(deps.clock, mostMs, done.signal)]);
    done.abort();
  }

  /** Starts the next call if it may, or waits for what decides about it. `false`: not in this shift. */
  async function startNext(delivery: Snapshot<DeliveryDocument>): Promise<boolean> {
    const now = taken.now();
    const waitMs = pacing.nextStartAt(now) - now;
    if (waitMs > longestPaceMs && calls.size === 0) return false;
    const hasPlace = calls.size < opened.endpoint.concurrency && deps.share.mayStart(endpointId);
    if (waitMs > 0 || !hasPlace) {
      await idle(waitMs > 0 ? Math.min(waitMs, lookMs) : lookMs, deps.share.changed());
      return true;
    }
    waiting.shift();
    calls.set(delivery.id, call(delivery));
    return true;
  }

  async function goOn(): Promise<void> {
    while (isOn()) {
      if (mustLook()) await look();
      const [next] = waiting;
      if (next === undefined && calls.size === 0) break;
      if (next === undefined) await idle(lookMs, bell.rung());
      else if (isOn() && !(await startNext(next))) break;
    }
  }

  // Whatever happens: a line with calls under way is given to nobody else.
  try {
    await goOn();
  } finally {
    await Promise.all(calls.values());
  }
  if (isStopped) return "stopped";
  return isBroken || unsettled.size > 0 ? "broken" : "over";
}

function toJudged(outcome: SendOutcome) {
  return { outcome, verdict: judgeOutcome(outcome) };
}
