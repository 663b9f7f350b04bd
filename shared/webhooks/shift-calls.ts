import type { Snapshot } from "../platform/documents.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import { type SendDeps, type Sending, sendDelivery } from "./send-delivery.ts";

/** The calls of a shift. */
export type ShiftCalls = {
  start(delivery: Snapshot<DeliveryDocument>): void;
  /** How many are under way. */
  count(): number;
  underWay(): Promise<void>[];
  /** Deliveries under way, and those that were sent but not kept: they come again in another shift. */
  known(): Set<string>;
  /** A fault on our side stopped one. */
  isBroken(): boolean;
  /** One must be made again. */
  hasFailed(): boolean;
};

export function createShiftCalls(deps: SendDeps, sending: Sending): ShiftCalls {
  const calls = new Map<string, Promise<void>>();
  const unsettled = new Set<string>();
  let isBroken = false;

  async function call(delivery: Snapshot<DeliveryDocument>): Promise<void> {
    const end = await sendDelivery(deps, sending, delivery);
    calls.delete(delivery.id);
    if (end === "unsettled") unsettled.add(delivery.id);
    if (end === "broken") isBroken = true;
  }

  return {
    start: (delivery) => void calls.set(delivery.id, call(delivery)),
    count: () => calls.size,
    underWay: () => [...calls.values()],
    known: () => new Set([...calls.keys(), ...unsettled]),
    isBroken: () => isBroken,
    hasFailed: () => isBroken || unsettled.size > 0,
  };
}
