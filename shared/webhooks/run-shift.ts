import { sleep } from "../core/clock.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Pacing } from "./create-pacing.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import type { EndpointDocument } from "./endpoint-document.ts";
import type { OpenEndpoint } from "./open-endpoint.ts";
import type { SendDeps } from "./send-delivery.ts";
import { createShiftCalls, type ShiftCalls } from "./shift-calls.ts";
import { createShiftEndpoint, type ShiftEndpoint } from "./shift-endpoint.ts";
import { createShiftLine, lookMs, type ShiftLine } from "./shift-line.ts";
import type { TakenLine } from "./take-line.ts";
import type { WakeBell } from "./wake-bell.ts";

export type ShiftDeps = Pick<Platform, "documents"> &
  SendDeps & { open: (endpoint: EndpointDocument) => Promise<OpenEndpoint> };

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

/** A rate of one in ten seconds is the slowest; what lasts longer is the breaker's rest, for which no shift waits. */
const longestPaceMs = 10_000;

/**
 * Sends what is due within the endpoint's rate, concurrency and breaker, and settles it, until nothing is left or the shift's time
 * is up. Resolves once nothing of it is under way.
 */
export async function runShift(deps: ShiftDeps, shift: Shift): Promise<ShiftEnd> {
  const { taken, closing, bell } = shift;
  const endpoint = createShiftEndpoint(deps, taken, shift.opened);
  const calls = createShiftCalls(deps, { ...shift, endpoint });
  const isOn = () => taken.isOn() && !closing.aborted && !calls.isBroken() && !endpoint.isStopped();
  const line = createShiftLine(deps, { taken, bell, endpoint, calls, isOn });
  const running = { ...shift, endpoint, calls, line };
  // Whatever happens: a line with calls under way is given to nobody else.
  try {
    while (isOn()) {
      const next = await line.next();
      if (next === undefined && calls.count() === 0) break;
      if (next === undefined) await idle(deps, calls, lookMs, bell.rung());
      else if (isOn() && !(await startNext(deps, running, next))) break;
    }
  } finally {
    await Promise.all(calls.underWay());
  }
  if (endpoint.isStopped()) return "stopped";
  return calls.hasFailed() ? "broken" : "over";
}

type Running = Shift & { endpoint: ShiftEndpoint; calls: ShiftCalls; line: ShiftLine };

/** Starts the next call if it may, or waits for what decides about it. `false`: not in this shift. */
async function startNext(
  deps: ShiftDeps,
  { taken, pacing, endpoint, calls, line }: Running,
  delivery: Snapshot<DeliveryDocument>,
): Promise<boolean> {
  const now = taken.now();
  const waitMs = pacing.nextStartAt(now) - now;
  if (waitMs > longestPaceMs && calls.count() === 0) return false;
  const { concurrency } = endpoint.opened().endpoint;
  const hasPlace = calls.count() < concurrency && deps.share.mayStart(taken.line.endpointId);
  if (waitMs > 0 || !hasPlace) {
    await idle(deps, calls, waitMs > 0 ? Math.min(waitMs, lookMs) : lookMs, deps.share.changed());
    return true;
  }
  line.take();
  calls.start(delivery);
  return true;
}

/** Waits for a call to end, or anything else that lets the shift go on. */
async function idle(
  { clock }: Pick<ShiftDeps, "clock">,
  calls: ShiftCalls,
  mostMs: number,
  ...others: Promise<void>[]
): Promise<void> {
  const done = new AbortController();
  await Promise.race([...calls.underWay(), ...others, sleep(clock, mostMs, done.signal)]);
  done.abort();
}
