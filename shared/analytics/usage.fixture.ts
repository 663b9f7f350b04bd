import type { EventAttempt, TaskEvent } from "../api/events.ts";
import { type Clock, sleep, toTime } from "../core/clock.ts";
import { createLog, type LogLine } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import { type Documents, OutcomeUnknown, type Write } from "../platform/documents.ts";
import { openEmbeddedDocuments } from "../platform/embedded/documents.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";

export const start = Date.parse("2026-01-31T22:58:00.000Z");

/** An event as it is published when a task of a tenant succeeds with one attempt, with what a test changes. */
export function anEvent(
  id: string,
  { type = "task.succeeded", at = start, tenant = "acme", task = {} }: Partial<EventOptions> = {},
): TaskEvent {
  const createdAt = toTime(at - 1_500);
  const attempt: EventAttempt = {
    ...{ n: 1, provider: "main", model: "m", outcome: "succeeded" },
    ...{ startedAt: toTime(at - 1_000), endedAt: toTime(at), firstTokenMs: 200 },
    usage: { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 },
    costMicros: 7,
  };
  return {
    ...{ id, type, sequence: 2, time: toTime(at), tenant },
    task: {
      ...{ id: `task_${"a".repeat(26)}`, type: "chat", status: "succeeded", queue: "main", model: "m" },
      ...{ createdBy: "ann", keyId: "key_1", createdAt, startedAt: toTime(at - 1_000) },
      ...(type !== "task.accepted" && { attempts: [attempt] }),
      ...task,
    },
  };
}

export type EventOptions = {
  type: TaskEvent["type"];
  at: number;
  tenant: string;
  task: Partial<TaskEvent["task"]>;
};

/** Documents in memory under a virtual clock. */
export async function openUsage() {
  const clock = createVirtualClock(start);
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line), "DEBUG");
  const { documents } = await openEmbeddedDocuments({ clock, log });
  return { clock, log, lines, documents };
}

/** How a process far away meets documents. */
export type FarAway = {
  clock: Clock;
  random: Random;
  /** Of its commits, how many do not go well. */
  share: number;
  /** How long an operation takes on its way at most. */
  slowMs: number;
};

/**
 * The same documents as a process meets them that is far away: everything takes its time, some commits are refused, of some the
 * answer is lost, and some of those arrive only later, when their precondition may no longer hold.
 */
export function toFarAway(documents: Documents, { clock, random, share, slowMs }: FarAway): Documents {
  const late: Write[][] = [];
  const travel = () => sleep(clock, random() * slowMs);
  async function deliverLate(): Promise<void> {
    for (const writes of late.splice(0)) await documents.commit(writes).catch(() => undefined);
  }
  return {
    ...documents,
    async get(path) {
      await travel();
      return documents.get(path);
    },
    async query(query) {
      const found = await documents.query(query);
      await travel();
      return found as never;
    },
    async commit(writes) {
      const fate = random() / share;
      await travel();
      if (late.length > 0 && random() < 0.5) await deliverLate();
      if (fate < 0.3) throw new Error("unavailable");
      if (fate < 0.6) {
        late.push(writes);
        throw new OutcomeUnknown("on its way");
      }
      const times = await documents.commit(writes);
      if (fate < 1) throw new OutcomeUnknown("lost");
      return times;
    },
  };
}
