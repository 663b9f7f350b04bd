import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TaskStatus, terminalStatuses } from "../api/task-type.ts";
import { openTaskWorld, type TaskAction, taskActionNames, taskActions } from "./task-actions.fixture.ts";
import type { TaskDocument } from "./task-document.ts";

const settles = taskActionNames.filter((name) => name.startsWith("settle"));

type Row = Partial<Record<TaskStatus, TaskStatus>>;

const everyWaiting = (to: TaskStatus): Row => ({ ready: to, scheduled: to });

/** Every transition there is: what an action makes of a task by its status. What is not here changes no status. */
const transitions: Record<TaskAction, Row> = {
  claim: { ready: "running" },
  "claim: too old": { ready: "expired" },
  "settle: succeeded": { running: "succeeded" },
  "settle: failed for good": { running: "failed" },
  "settle: failed, to be tried again": { running: "scheduled" },
  "settle: rate limited": { running: "scheduled" },
  "settle: interrupted": { running: "ready" },
  "settle: lost": { running: "ready" },
  "settle: returned": { running: "ready" },
  cancel: { ...everyWaiting("cancelled"), running: "cancelled" },
  delete: {},
  replay: { failed: "ready", dead: "ready", cancelled: "ready", expired: "ready" },
  reprioritise: {},
  "move to dead letters": everyWaiting("dead"),
  "promote: due": { scheduled: "ready" },
  "sweep: not started in time": everyWaiting("expired"),
  "sweep: lease ran out": { running: "ready" },
  "sweep: nothing to repair": {},
};

/** The same for a task whose attempts are used up. */
const lastAttempt: Record<string, Row> = {
  "settle: failed, to be tried again": { running: "dead" },
  "settle: lost": { running: "dead" },
  "sweep: lease ran out": { running: "dead" },
};

const statuses = TaskStatus.options;
const ended = statuses.filter((status) => terminalStatuses.has(status));

/** What the action makes of a task, by the status it finds it in. */
async function rowOf(action: TaskAction, changes: Partial<TaskDocument> = {}): Promise<Row> {
  const row: Row = {};
  for (const status of statuses) {
    const world = await openTaskWorld(status, changes);
    await taskActions[action](world);
    const after = (await world.read()).data;
    if (after.status !== status) row[status] = after.status;
    expect(after.deleted).toBe(action === "delete" && terminalStatuses.has(status));
  }
  return row;
}

describe("every status and every action", () => {
  it.each(taskActionNames)("%s: makes the transitions of the table, and no others", async (action) => {
    expect(await rowOf(action)).toEqual(transitions[action]);
  });

  it.each(taskActionNames)("%s: makes those of a task whose attempts are used up", async (action) => {
    expect(await rowOf(action, { attemptsUsed: 2 })).toEqual({
      ...transitions[action],
      ...lastAttempt[action],
    });
  });

  it.each(settles)("%s: writes nothing to a task that has been taken from its worker", async (action) => {
    for (const status of statuses.filter((each) => each !== "running")) {
      const world = await openTaskWorld(status);
      const { data, updateTime } = await world.read();
      await taskActions[action](world);
      expect(await world.read()).toMatchObject({ data, updateTime });
    }
  });

  it.each(taskActionNames)("%s: leaves neither lease nor date on a task that has ended", async (action) => {
    for (const status of ended) {
      const world = await openTaskWorld(status);
      await taskActions[action](world);
      const after = (await world.read()).data;
      expect([after.leaseUntil, after.notBefore]).toEqual([undefined, undefined]);
      expect(after.completedAt !== undefined).toBe(terminalStatuses.has(after.status));
    }
  });
});

/**
 * A task keeps the date by which it must have started: whoever looks at it later finds it too old, and a sweep may take it
 * back and find that in one go.
 */
function possible(action: TaskAction, { status, expiresAt }: TaskDocument): (TaskStatus | undefined)[] {
  const isTooOld = /^(sweep|claim)/.test(action) && expiresAt && !terminalStatuses.has(status);
  return [
    status,
    transitions[action][status],
    lastAttempt[action]?.[status],
    isTooOld ? "expired" : undefined,
  ];
}

describe("any sequence of actions", () => {
  const sequences = fc.array(fc.constantFrom(...taskActionNames), { minLength: 1, maxLength: 12 });

  it("makes no transition that the table does not name", async () => {
    const property = fc.asyncProperty(fc.constantFrom(...statuses), sequences, async (status, actions) => {
      const world = await openTaskWorld(status);
      for (const action of actions) {
        const before = (await world.read()).data;
        await taskActions[action](world);
        const after = (await world.read()).data;
        expect(possible(action, before)).toContain(after.status);
        if (after.status === before.status) continue;
        const isNewEpoch = after.status === "running" || action === "replay";
        expect(after.epoch - before.epoch).toBe(isNewEpoch ? 1 : 0);
      }
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it("keeps epochs, events and attempts in order, and loses none of them", async () => {
    const property = fc.asyncProperty(fc.constantFrom(...statuses), sequences, async (status, actions) => {
      const world = await openTaskWorld(status);
      for (const action of actions) {
        const before = (await world.read()).data;
        await taskActions[action](world);
        const { epoch, eventSequence, attempts, recentEvents, attemptsUsed } = (await world.read()).data;
        expect(epoch).toBeGreaterThanOrEqual(before.epoch);
        expect(eventSequence).toBeGreaterThanOrEqual(before.eventSequence);
        const last = recentEvents.map(({ sequence }) => sequence);
        expect(last).toEqual(last.map((_, index) => eventSequence - last.length + 1 + index));
        const numbers = attempts.map(({ n }) => n);
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        expect(attempts.length).toBeGreaterThanOrEqual(before.attempts.length);
        expect(attemptsUsed).toBeLessThanOrEqual(3);
      }
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it("settles a claim at most once, however often and with whatever outcome it is tried", async () => {
    const property = fc.asyncProperty(
      fc.array(fc.constantFrom(...settles), { minLength: 2, maxLength: 6 }),
      async (all) => {
        const world = await openTaskWorld("running");
        const [first, ...others] = all;
        if (first) await taskActions[first](world);
        const settled = await world.read();
        for (const action of others) await taskActions[action](world);
        expect(await world.read()).toMatchObject({ data: settled.data, updateTime: settled.updateTime });
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});
