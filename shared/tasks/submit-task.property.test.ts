import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Principal } from "../access/principal.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Documents, OutcomeUnknown } from "../platform/documents.ts";
import { aChat, admin, ann, bob, eve, openTestConea } from "./conea.fixture.ts";
import { submitTask } from "./submit-task.ts";

type Submission = { who: Principal; key: string | undefined; body: number };

const submissions = fc.array(
  fc.record<Submission>({
    who: fc.constantFrom(ann, bob, eve, admin),
    key: fc.constantFrom("k1", "k1", "k2", undefined),
    body: fc.nat(1),
  }),
  { minLength: 2, maxLength: 10 },
);

/** The second body is large, so that it goes into Blobs first. */
const bodies = [aChat(), aChat({ input: { messages: [{ role: "user", content: "x".repeat(110_000) }] } })];

type Answer = Submission & ({ id: string; replayed: boolean } | { refused: string });

/** Submits all at once; the scheduler decides whose read or commit comes next, and `losses` whose answer is lost. */
async function submitAll(all: Submission[], scheduler: fc.Scheduler, losses: boolean[]): Promise<Answer[]> {
  const test = await openTestConea({
    limits: { concurrency: 1 },
    provider: { chat: () => new Promise(() => {}) },
  });
  const { documents } = test.conea;
  let commits = 0;
  const slow: Documents = {
    ...documents,
    get: async (path) => {
      await scheduler.schedule(Promise.resolve());
      return documents.get(path);
    },
    commit: async (writes) => {
      await scheduler.schedule(Promise.resolve());
      const times = await documents.commit(writes);
      await scheduler.schedule(Promise.resolve());
      if (losses[commits++]) throw new OutcomeUnknown("lost on the way back");
      return times;
    },
  };
  const answers = all.map(async ({ who, key, body }): Promise<Answer> => {
    try {
      const { task, replayed } = await submitTask(
        { ...test.conea, documents: slow },
        who,
        bodies[body] ?? aChat(),
        {
          ...(key && { idempotencyKey: key }),
        },
      );
      return { who, key, body, id: task.id, replayed };
    } catch (error) {
      if (error instanceof ConeaError) return { who, key, body, refused: error.code };
      throw error;
    }
  });
  const done = Promise.all(answers);
  await settle(done, scheduler, () => test.clock.advance(1_000));
  const result = await done;
  expect(await documents.count({ collection: "tasks" })).toBe(new Set(result.flatMap(toIds)).size);
  return result;
}

/** Lets what waits go on, one at a time, and time pass for what waits for it, until `done`. */
async function settle(done: Promise<unknown>, scheduler: fc.Scheduler, passTime: () => Promise<void>) {
  let isDone = false;
  void done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    if (scheduler.count() > 0) await scheduler.waitNext(1);
    else await passTime();
  }
}

const toIds = (answer: Answer) => ("id" in answer ? [answer.id] : []);

describe("submitTask under random interleavings", () => {
  it("makes one task of one key and request, refuses the key for another, and keeps tenants apart", async () => {
    const losses = fc.array(fc.boolean(), { maxLength: 12 });
    const property = fc.asyncProperty(submissions, fc.scheduler(), losses, async (all, scheduler, lost) => {
      const answers = await submitAll(all, scheduler, lost);
      const keyed = answers.filter(({ key }) => key !== undefined);
      const byKey = Map.groupBy(keyed, ({ who, key }) => `${who.tenant} ${key}`);
      for (const group of byKey.values()) {
        const made = group.flatMap((answer) => ("id" in answer ? [answer] : []));
        const refused = group.flatMap((answer) => ("refused" in answer ? [answer.refused] : []));
        const makers = made.filter(({ replayed }) => !replayed).length;
        // A worker may take the task before its maker learns that it was made: to the maker it looks like a replay.
        expect(makers).toBeLessThanOrEqual(1);
        if (!lost.includes(true)) expect(makers).toBe(1);
        expect(new Set(made.map(({ id }) => id)).size).toBe(1);
        expect(new Set(made.map(({ who, body }) => `${who.user} ${body}`)).size).toBe(1);
        const [first] = made;
        const others = group.filter(({ who, body }) => who.user !== first?.who.user || body !== first.body);
        expect(refused).toEqual(others.map(() => "idempotency_key_reused"));
      }
      const ids = [...byKey.values()].map((group) => group.flatMap(toIds)[0]);
      const keyless = answers.filter(({ key }) => key === undefined).flatMap(toIds);
      expect(new Set([...ids, ...keyless]).size).toBe(ids.length + keyless.length);
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
