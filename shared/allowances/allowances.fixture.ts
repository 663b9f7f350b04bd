import type { Event } from "../api/events.ts";
import { AllowancesConfig } from "../config/allowances-config.ts";
import { createLog } from "../core/log.ts";
import { randomIds } from "../core/random.ts";
import { countDocuments } from "../platform/count-documents.ts";
import { openEmbeddedDocuments } from "../platform/embedded/documents.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { type AllowanceDocument, toTotal } from "./allowance-document.ts";
import type { Allowances, Ended, Reservation, Subject } from "./allowances.ts";
import { createAllowances } from "./create-allowances.ts";
import { sweepAllowances } from "./sweep-allowances.ts";
import { toEndedFields, toReservedFields } from "./to-reserved-fields.ts";

export const ann: Subject = { tenant: "acme", user: "ann", role: "user", keyId: "key_1" };

/** A store with as many processes as a test starts, under one virtual clock. */
export async function openAllowances(config: object) {
  const clock = createVirtualClock(Date.parse("2026-01-10T12:00:00.000Z"));
  const log = createLog(() => {});
  const { documents: store } = await openEmbeddedDocuments({ clock, log });
  const { documents, counts } = countDocuments(store);
  const parsed = AllowancesConfig.parse(config);
  const published: Event[] = [];
  const events = { publish: async (event: Event) => void published.push(event) };
  const deps = { documents, clock, ids: randomIds, random: () => 0.5, events, log, config: parsed };

  /** Lets time pass as far as a call needs it. */
  async function settle<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    const over = promise.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    while (!isOver) await clock.advance(1);
    return over;
  }

  return {
    ...deps,
    ...{ counts, published, settle },
    start: (): Allowances => createAllowances(deps),
    /** Creates the task that holds a reservation. */
    async createTask(id: string, reservation: Reservation): Promise<Ended> {
      const task: Ended = {
        ...{ id, status: "ready", cost: { known: false }, attempts: [], attemptCount: 0 },
        ...toReservedFields(reservation.reserved),
      };
      await documents.commit([{ op: "create", path: `tasks/${id}`, data: task }]);
      return task;
    },
    /** Ends it at a price; resolves to what `note` takes. */
    async endTask(task: Ended, micros: number | undefined, tokens = 0) {
      const usage = { inputTokens: tokens, cachedInputTokens: 0, outputTokens: 0 };
      const fields = {
        status: "succeeded" as const,
        cost: micros === undefined ? { known: false } : { micros, known: true },
        attempts: [{ n: 1, outcome: "succeeded" as const, usage }],
        attemptCount: 1,
        ...toEndedFields(task),
      };
      const [time = ""] = await documents.commit([{ op: "update", path: `tasks/${task.id}`, fields }]);
      return [{ ...task, ...fields }, time] as const;
    },
    sweep: (orphans = false) => sweepAllowances(deps, { orphans, thresholds: parsed.thresholds }),
    /** The documents of a measure, with what is out in all. */
    async all(measure: string) {
      const found = await store.query<AllowanceDocument>({
        collection: "allowances",
        where: [["measure", "==", measure]],
      });
      return found.map(({ data }) => ({ ...data, total: toTotal(data) }));
    },
  };
}
