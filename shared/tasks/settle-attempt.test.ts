import { describe, expect, it } from "vitest";
import { toTime } from "../core/clock.ts";
import { OutcomeUnknown } from "../platform/documents.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { type QueueDocument, queuePath } from "../queue/queue-document.ts";
import { claimNextTask } from "../queue/queue-repository.ts";
import { openTestConea } from "./conea.fixture.ts";
import type { Outcome } from "./next-state.ts";
import { failing } from "./runner.fixture.ts";
import { settleAttempt } from "./settle-attempt.ts";
import { aTask } from "./task.fixture.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

const limited: Outcome = {
  kind: "failed",
  rateLimited: true,
  retryAfterMs: 10,
  error: { code: "provider_rate_limited", message: "Slow down.", retryable: true },
};

/** A running task whose settling write takes effect and is not answered, before `meanwhile` is done to it. */
async function settleUnheard(meanwhile: Partial<TaskDocument>) {
  const { conea, clock } = await openTestConea();
  const task = aTask({ status: "running", queue: "main", epoch: 1, attemptCount: 1 });
  const path = taskPath(task.id);
  const [fence = ""] = await conea.documents.commit([{ op: "create", path, data: task }]);
  const { commit } = conea.documents;
  let isHeard = false;
  conea.documents.commit = async (writes) => {
    const times = await commit(writes);
    if (isHeard) return times;
    isHeard = true;
    await commit([{ op: "update", path, fields: meanwhile }]);
    throw new OutcomeUnknown("lost on the way back");
  };
  const facts = { provider: "main", startedAt: clock.now() };
  const settling = settleAttempt(conea, { task, fence }, limited, facts);
  await clock.runUntilIdle();
  const late = await conea.documents.query({ collection: `${path}/late` });
  return {
    isSettled: (await settling) !== undefined,
    clock,
    late,
    after: (await conea.documents.get<TaskDocument>(path))?.data,
  };
}

describe("settling without an answer from the store", () => {
  it("knows its own write by the attempt when somebody has claimed the task since", async () => {
    const claim = { status: "running" as const, epoch: 2, attemptCount: 2, mark: "another claim" };
    const { isSettled, late, after } = await settleUnheard(claim);
    expect(isSettled).toBe(true);
    expect(late).toEqual([]);
    expect(after).toMatchObject({ epoch: 2, attempts: [{ n: 1, outcome: "rate_limited" }] });
  });

  it("keeps its outcome as late when the attempt that stands is another's", async () => {
    const { isSettled, clock, late } = await settleUnheard({ mark: "a sweep", attempts: [] });
    expect(isSettled).toBe(false);
    expect(late).toHaveLength(1);
    expect(late[0]?.data.deleteAt).toBe(toTime(clock.now() + 30 * 86_400_000));
  });
});

describe("settling for a worker that is lost", () => {
  it("tells of the start that it may not have told of", async () => {
    const { conea, clock, events, submit } = await openTestConea();
    const { task } = await submit();
    const claim = await claimNextTask(conea, task.queue);
    if (!claim) throw new Error("nothing was claimed");
    events.splice(0);
    await settleAttempt(conea, claim, { kind: "lost" }, { provider: "main", startedAt: clock.now() });
    expect(events.map(({ type }) => type)).toEqual(["task.accepted", "task.started"]);
  });
});

describe("settling while the store is out of reach", () => {
  it("lets the queue hear how the call went, and leaves the task to its lease", async () => {
    const slowDown = new ProviderError("rate_limited", { retryAfterMs: 90_000 });
    const test = await openTestConea({ provider: failing(slowDown) });
    const { commit } = test.conea.documents;
    test.conea.documents.commit = async (writes) => {
      if (writes[0]?.op === "update" && (writes[0].fields as Partial<TaskDocument>).attempts)
        throw new Error("out of reach");
      return commit(writes);
    };
    const { task } = await test.submit();
    await test.clock.advance(10_000);
    expect((await test.read(task.id)).status).toBe("running");
    const { data } = (await test.conea.documents.get<QueueDocument>(queuePath("main"))) ?? {};
    expect(data?.retryAfterUntil).toBeGreaterThan(test.clock.now() + 70_000);
    expect(Object.keys(data?.unconfirmed ?? {})).toEqual([`${task.id}:1`]);
  });
});
