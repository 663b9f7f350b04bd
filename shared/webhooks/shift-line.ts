import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import { readDue } from "./read-due.ts";
import type { ShiftCalls } from "./shift-calls.ts";
import type { ShiftEndpoint } from "./shift-endpoint.ts";
import type { TakenLine } from "./take-line.ts";
import type { WakeBell } from "./wake-bell.ts";

/** How often a line whose calls are under way is looked at again where nobody rings. */
export const lookMs = 1_000;

/** What waits in a line, as it was seen lately. */
export type ShiftLine = {
  /** The next delivery; looks at the line where that is due. */
  next(): Promise<Snapshot<DeliveryDocument> | undefined>;
  /** Takes the next one out. */
  take(): void;
};

type Parts = {
  taken: TakenLine;
  bell: WakeBell;
  endpoint: ShiftEndpoint;
  calls: ShiftCalls;
  isOn: () => boolean;
};

export function createShiftLine(deps: Pick<Platform, "documents">, parts: Parts): ShiftLine {
  const { taken, bell, endpoint, calls, isOn } = parts;
  let waiting: Snapshot<DeliveryDocument>[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;

  const mustLook = () =>
    waiting.length === 0 && (calls.count() === 0 || bell.hasRung() || taken.now() - lookedAt >= lookMs);

  async function look(): Promise<void> {
    await endpoint.refresh();
    if (!isOn()) return;
    bell.reset();
    lookedAt = taken.now();
    const { ratePerSecond, concurrency } = endpoint.opened().endpoint;
    // One that ends while the store is asked may be read as it was before: it is not new.
    const known = calls.known();
    const limit = Math.ceil(Math.max(ratePerSecond, concurrency)) + known.size;
    const due = await readDue(deps, taken.line.endpointId, { now: lookedAt, limit });
    waiting = due.filter(({ id }) => !known.has(id));
  }

  return {
    async next() {
      if (mustLook()) await look();
      return waiting[0];
    },
    take: () => void waiting.shift(),
  };
}
