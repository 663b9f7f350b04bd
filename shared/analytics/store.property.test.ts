import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "../api/events.ts";
import type { Provider } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { cancelTask, deleteTask } from "../tasks/change-task.ts";
import { aChat, ann, bob, echo, openTestConea } from "../tasks/conea.fixture.ts";
import { replayTask } from "../tasks/replay-task.ts";
import { minutesCollection } from "./minute-document.ts";
import { toStart } from "./period.ts";
import { repairUsage } from "./repair-usage.ts";
import { rollUp } from "./roll-up.ts";
import { createUsageWriter } from "./usage-writer.ts";
import { verifyUsage } from "./verify-usage.ts";

const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      says: fc.constantFrom(
        "ok",
        "connection",
        "overloaded",
        "context_too_long",
        "content_refused",
        "slow",
        "later",
      ),
      fallsBack: fc.boolean(),
      cached: fc.boolean(),
      isBobs: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("cancel", "delete", "replay", "replay elsewhere"),
      which: fc.nat(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 300, 5_000, 700_000) }),
  },
);

const damage = fc.constantFrom(
  "a minute is lost",
  "a figure is wrong",
  "an event is counted twice",
  "an hour is wrong",
  "a tenant was never there",
);

/** What a provider does is said in the message. */
const moody: Provider = {
  ...echo,
  async chat(call) {
    const says = String(call.input.messages[0]?.content).split(" ")[0];
    if (says === "ok" || says === "later") return echo.chat?.(call) ?? Promise.reject(new Error("no chat"));
    if (says === "slow") return new Promise((_, reject) => call.signal.addEventListener("abort", reject));
    throw new ProviderError(says as "connection");
  },
};

async function open() {
  const test = await openTestConea({
    provider: moody,
    second: true,
    timeouts: { totalMs: 20_000 },
    breaker: { failures: 1_000 },
  });
  const events: Event[] = [];
  test.embedded.subscribe(async (event) => void events.push(event));
  return { ...test, told: events };
}

async function live(actions: (typeof action extends fc.Arbitrary<infer T> ? T : never)[]) {
  const test = await open();
  const { conea, clock, submit } = test;
  const ids: string[] = [];
  for (const each of actions) {
    if (each.kind === "wait") await clock.advance(each.ms);
    else if (each.kind === "submit") {
      const { says, fallsBack, cached, isBobs } = each;
      const content = cached ? says : `${says} ${ids.length}`;
      const request = aChat({
        input: { messages: [{ role: "user", content }] },
        model: "m",
        ...(says === "later" && { notBefore: "2026-01-01T20:00:00Z" }),
        ...(fallsBack && { route: { fallbacks: ["n"] } }),
        ...(cached && { cache: { mode: "read_write" as const, coalesce: false } }),
      });
      const { task } = await submit(request, isBobs ? bob : ann);
      ids.push(task.id);
    } else await change(test, ids[each.which % Math.max(1, ids.length)] ?? "", each.kind);
  }
  await clock.advance(3_600_000);
  await conea.cache.untilKept();
  return test;
}

/** What is not possible by now is refused, which is fine. */
async function change(
  { conea, clock, read }: Awaited<ReturnType<typeof open>>,
  id: string,
  kind: string,
): Promise<void> {
  if (id === "") return;
  const owner = (await read(id)).createdBy === "bob" ? bob : ann;
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  void act().then(end, end);
  // A second cancel waits until no permit of the claim is good any more.
  do await clock.advance(100);
  while (!isDone);

  function act(): Promise<unknown> {
    if (kind === "cancel") return cancelTask({ ...conea, abort: conea.runner.abort }, owner, id);
    if (kind === "delete") return deleteTask(conea, owner, id);
    return replayTask(conea, owner, id, kind === "replay" ? {} : { model: "n" });
  }
}

const range = { from: "2026-01-01T00:00:00.000Z", to: "2026-01-02T00:00:00.000Z" };

/** Counts all that was told, in disorder and some of it twice, by two instances. */
async function count({ conea, clock, told }: Awaited<ReturnType<typeof open>>, seed: number): Promise<void> {
  const writers = [0, 1].map(() => createUsageWriter({ ...conea, shards: 4, random: () => 0.5 }));
  const mixed = [...told, ...told.filter((_, at) => (at + seed) % 3 === 0)].toSorted(
    (one, other) => ((one.sequence * seed) % 7) - ((other.sequence * seed) % 7),
  );
  for (const [at, event] of mixed.entries()) writers[at % 2]?.note(event);
  const done = Promise.all(writers.map((writer) => writer.flush()));
  await clock.advance(60_000);
  await done;
  await rollUp(conea);
}

describe("usage and the store", () => {
  const actions = fc.array(action, { minLength: 3, maxLength: 25 });

  it("agree about tasks of any fate", async () => {
    const property = fc.asyncProperty(actions, fc.integer({ min: 1, max: 6 }), async (some, seed) => {
      const test = await live(some);
      await count(test, seed);
      const { differences, expected } = await verifyUsage(test.conea, range);
      // A task of more events than it remembers is named as such.
      expect(differences.filter(({ isUncertain }) => !isUncertain)).toEqual([]);
      expect(expected.tasks).toBe(some.filter(({ kind }) => kind === "submit").length);
      await test.close();
    });
    await fc.assert(property, { numRuns: 150 });
  }, 120_000);

  it("disagree when something is damaged, and agree again once it is repaired", async () => {
    const few = fc.array(action, { maxLength: 8 });
    const property = fc.asyncProperty(few, damage, async (some, what) => {
      const test = await live([
        { kind: "submit", says: "ok", fallsBack: false, cached: false, isBobs: false },
        ...some,
      ]);
      const { conea, clock } = test;
      await count(test, 1);
      await harm(test, what);
      expect((await verifyUsage(conea, range)).differences).not.toEqual([]);
      await clock.advance(3_600_000);
      const whole = { from: range.from, to: toStart("hour", clock.now() - 3_600_000) };
      const repaired = await repairUsage(conea, whole, { shards: 4 });
      expect([...repaired.left]).toEqual([]);
      expect((await verifyUsage(conea, range)).differences).toEqual([]);
      // What was counted stays known.
      await count(test, 2);
      expect((await verifyUsage(conea, range)).differences).toEqual([]);
      await test.close();
    });
    await fc.assert(property, { numRuns: 60 });
  }, 120_000);
});

const ghost = { tenant: "ghost", user: "nobody", type: "chat", counts: { accepted: 1 } };

async function harm({ conea }: Awaited<ReturnType<typeof open>>, what: string): Promise<void> {
  const { documents } = conea;
  const [minute] = await documents.query({ collection: minutesCollection });
  const [hour] = await documents.query({ collection: "usageRollups", where: [["period", "==", "hour"]] });
  const path = minute?.path ?? "";
  const marked = { unrolled: true };
  if (what === "a minute is lost")
    await documents.commit([
      { op: "delete", path },
      { op: "update", path: hour?.path ?? "", fields: { cells: [] } },
    ]);
  if (what === "a figure is wrong")
    await documents.commit([{ op: "update", path, fields: { "cells.c0.counts.accepted": 77, ...marked } }]);
  if (what === "an event is counted twice")
    await documents.commit([
      { op: "update", path, increments: { "cells.c0.counts.costMicros": 5 }, fields: marked },
    ]);
  if (what === "a tenant was never there")
    await documents.commit([{ op: "update", path, fields: { "cells.c99": ghost, ...marked } }]);
  if (what === "an hour is wrong")
    await documents.commit([{ op: "update", path: hour?.path ?? "", fields: { cells: [] } }]);
  await rollUp(conea);
}
