import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { terminalStatuses } from "../api/task-type.ts";
import { type Call, openTwo } from "./two-processes.fixture.ts";

/** What the model's entry says: calls per minute, or nothing; and where it is. */
const entry = fc.record({
  perMinute: fc.constantFrom(undefined, 2, 5),
  provider: fc.constantFrom("main", "second"),
});

const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      model: fc.constantFrom("x", "x", "m"),
      count: fc.integer({ min: 1, max: 6 }),
      fallsBack: fc.boolean(),
      isLater: fc.boolean(),
      by: fc.nat(1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("set" as const), entry, by: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), by: fc.nat(1) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 400, 9_000, 70_000) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
type World = Awaited<ReturnType<typeof openTwo>>;

/** When a line's limits changed, and to how many calls per minute. */
type Change = { line: string; at: number; perMinute: number };

async function live(actions: Action[]) {
  const world = await openTwo({
    chat: async ({ model }) => {
      if (model === "vendor-m") throw new Error("connection");
      return { result: { text: "ok", finishReason: "stop" }, usage };
    },
  });
  const ids: string[] = [];
  const changes: Change[] = [];
  let isThere = false;

  async function set(
    { perMinute, provider }: { perMinute?: number | undefined; provider: string },
    by: number,
  ) {
    const limits = perMinute === undefined ? {} : { limits: { requests: `${perMinute}/min` } };
    await (isThere ? world.replace : world.register)(by, "x", { provider, ...limits });
    isThere = true;
    if (perMinute !== undefined) changes.push({ line: `${provider}-x`, at: world.clock.now(), perMinute });
  }

  async function submit({ model, fallsBack, isLater, by }: Extract<Action, { kind: "submit" }>) {
    const prompt = `task ${ids.length}`;
    const options = {
      ...(fallsBack && model === "m" && { route: { fallbacks: ["x"] } }),
      ...(isLater && { notBefore: new Date(world.clock.now() + 90_000).toISOString() }),
    };
    // A process that has not heard of the model, or not of its end, is not wrong.
    const task = await world.submit(by, model, prompt, options).catch(() => undefined);
    if (task) ids.push(task.id);
  }

  await set({ perMinute: 2, provider: "main" }, 0);
  for (const each of actions) {
    if (each.kind === "wait") await pass(world, each.ms);
    if (each.kind === "set") await set(each.entry, each.by);
    if (each.kind === "delete" && isThere) {
      await world.remove(each.by, "x");
      isThere = false;
    }
    if (each.kind === "submit") for (let n = 0; n < each.count; n++) await submit(each);
  }
  await pass(world, 3_600_000);
  return { ...world, ids, changes };
}

/** The sweep comes by every minute, in one process or the other. */
async function pass(world: World, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 60_000) {
    await world.clock.advance(Math.min(left, 60_000));
    if (left >= 60_000) await world.sweep((left / 60_000) % 2 >= 1 ? 1 : 0);
  }
}

/** Starts of a line in a minute that began when its limits had been known to all for long. */
function findTooMany(starts: number[], changes: Change[]): string[] {
  const knownAfterMs = 75_000;
  return starts.flatMap((from) => {
    const inMinute = starts.filter((at) => at >= from && at < from + 60_000).length;
    const before = changes.filter(({ at }) => at < from + 60_000);
    const last = before.at(-1);
    if (!last || last.at + knownAfterMs + 60_000 > from) return [];
    return inMinute > last.perMinute ? [`${inMinute} from ${from} on, of ${last.perMinute}`] : [];
  });
}

describe("registered models whose limits, provider and existence change while tasks wait", () => {
  it("lose no task, call none twice or under another name, and keep limits that stay", async () => {
    let waited = 0;
    const property = fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 40 }), async (actions) => {
      const world = await live(actions);
      const tasks = await Promise.all(world.ids.map(world.read));
      expect(tasks.filter(({ status }) => !terminalStatuses.has(status))).toEqual([]);
      const inLines = tasks.filter(({ queue }) => queue.endsWith("-x"));
      waited += inLines.length;
      for (const { status, attempts } of inLines)
        expect([status, attempts.at(-1)?.outcome]).toEqual(["succeeded", "succeeded"]);
      for (const { queue, input } of inLines) {
        const made = callsOf(world.calls, toPrompt(input)).filter(({ name }) => name !== "vendor-m");
        const account = queue.replace(/-x$/, "");
        expect(made).toMatchObject([{ account, name: `vendor-of-${account}` }]);
      }
      for (const line of ["main-x", "second-x"]) {
        const prompts = new Set(
          inLines.filter(({ queue }) => queue === line).map(({ input }) => toPrompt(input)),
        );
        const starts = world.calls.filter(({ prompt, name }) => prompts.has(prompt) && name !== "vendor-m");
        const changes = world.changes.filter((change) => change.line === line);
        expect(
          findTooMany(
            starts.map(({ at }) => at),
            changes,
          ),
        ).toEqual([]);
      }
      await world.close();
    });
    await fc.assert(property, { numRuns: 80 });
    expect(waited).toBeGreaterThan(300);
  }, 60_000);
});

function callsOf(calls: Call[], prompt: string): Call[] {
  return calls.filter((call) => call.prompt === prompt);
}

function toPrompt(input: unknown): string {
  return (input as { messages: { content: string }[] }).messages[0]?.content ?? "";
}

const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
