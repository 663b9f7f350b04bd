import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attempt, AttemptOutcome } from "../api/task.ts";
import type { Change, Documents } from "../platform/documents.ts";
import { followTask, type TaskEvent, toPosition } from "./follow-task.ts";
import { type OutputPage, outputCollection, pageId } from "./output-pages.ts";
import { aTask } from "./task.fixture.ts";
import type { TaskDocument } from "./task-document.ts";

/** A task's life: attempts that fail and are repeated, then the last one. */
type Life = {
  attempts: { pages: number; outcome: AttemptOutcome }[];
  end: "succeeded" | "dead" | "cancelled";
};

const pages = fc.nat(4);
const knownOutcomes = fc.constantFrom<AttemptOutcome>("failed", "rate_limited", "interrupted");
const tidyLives = fc.record<Life>({
  attempts: fc.array(fc.record({ pages, outcome: knownOutcomes }), { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom("succeeded", "dead"),
});
/** With workers that disappear, and a cancel while a call is running: then nobody says how many pages there are. */
const anyLives = fc.record<Life>({
  attempts: fc.array(fc.record({ pages, outcome: fc.oneof(knownOutcomes, fc.constant("lost" as const)) }), {
    minLength: 1,
    maxLength: 4,
  }),
  end: fc.constantFrom("succeeded", "dead", "cancelled"),
});

type History = { states: TaskDocument[]; pages: { id: string; page: OutputPage }[] };

function toHistory({ attempts, end }: Life): History {
  const states = [aTask({ stream: true })];
  const written: History["pages"] = [];
  const at = "2026-01-01T00:00:00.000Z";
  for (const [index, { pages: count, outcome }] of attempts.entries()) {
    const n = index + 1;
    const before = states.at(-1)?.attempts ?? [];
    for (let page = 0; page < count; page++)
      written.push({
        id: pageId(n, page),
        page: { tenant: "acme", createdBy: "ann", attempt: n, page, text: `${n}.${page}`, at },
      });
    states.push(aTask({ stream: true, status: "running", attempts: before, attemptCount: n }));
    const isLast = n === attempts.length;
    if (isLast && end === "cancelled") {
      states.push(aTask({ stream: true, status: "cancelled", attempts: before, attemptCount: n }));
      break;
    }
    const attempt: Attempt = { n, provider: "openai", startedAt: at, endedAt: at, outcome };
    const told = outcome === "lost" ? attempt : { ...attempt, outputPages: count };
    const after = aTask({ stream: true, attempts: [...before, told], attemptCount: n });
    if (isLast) states.push({ ...after, status: end });
    else states.push({ ...after, status: "scheduled" }, { ...after, status: "ready" });
  }
  return { states, pages: written };
}

/** How the two listeners get on: whose turn it is, how much comes at once, whether the reader gets to read before the next. */
const turns = fc.array(
  fc.record({ pages: fc.boolean(), count: fc.integer({ min: 1, max: 4 }), reads: fc.boolean() }),
  { maxLength: 30 },
);
type Turns = { pages: boolean; count: number; reads: boolean }[];

/** Follows a task whose states and pages arrive in this interleaving; what is left comes at the end. */
async function follow(history: History, all: Turns, lastEventId: string | null = null): Promise<TaskEvent[]> {
  const heard = { task: (_: unknown[]) => {}, pages: (_: unknown[]) => {} };
  const start = toPosition(lastEventId);
  const documents = {
    listen(target, onChanges) {
      const listener = onChanges as (changes: unknown[]) => void;
      if (typeof target === "string") heard.task = listener;
      else heard.pages = listener;
      return () => undefined;
    },
  } as Pick<Documents, "listen"> as Documents;
  const states = [...history.states];
  const left = history.pages.filter(({ id }) => id > start.page);
  const collected = collect(
    followTask({ documents }, aTask().id, { start, signal: new AbortController().signal }),
  );
  await nextTurn();
  const rest = [
    { pages: false, count: states.length, reads: true },
    { pages: true, count: left.length, reads: true },
  ];
  for (const turn of [...all, ...rest]) {
    const arrived = left.splice(0, turn.pages ? turn.count : 0);
    if (arrived.length > 0) heard.pages(arrived.map(({ id, page }) => toChange("added", id, page)));
    // States of one document may be merged: only the last of them is seen.
    const [state] = states.splice(0, turn.pages ? 0 : turn.count).slice(-1);
    if (state) heard.task([toChange("modified", state.id, state)]);
    if (turn.reads) await nextTurn();
  }
  return collected;
}

function toChange<T>(kind: Change["kind"], id: string, data: T): Change<T> {
  return { kind, snapshot: { path: `${outputCollection("x")}/${id}`, id, data, updateTime: "" } };
}

async function collect(events: AsyncIterable<TaskEvent>): Promise<TaskEvent[]> {
  const all: TaskEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const kindOf = (event: TaskEvent): string[] => {
  if (event.event === "delta") return [`text ${event.data.text}`];
  if (event.event === "attempt") return [`attempt ${event.data.n}`];
  return event.event === "done" ? [`done ${event.data.status}`] : [];
};

/** What a follower who misses nothing is told, beside the statuses. */
function toStory({ states, pages: written }: History): string[] {
  const last = states.at(-1);
  const attempts = (last?.attempts ?? []).flatMap(({ n }) => [
    ...written.filter(({ page }) => page.attempt === n).map(({ page }) => `text ${page.text}`),
    `attempt ${n}`,
  ]);
  return [...attempts, `done ${last?.status}`];
}

describe("followTask under random interleavings", () => {
  it("tells of every piece once and in order, each attempt after its pieces, and the end last", async () => {
    const property = fc.asyncProperty(tidyLives, turns, async (life, all) => {
      const history = toHistory(life);
      const events = await follow(history, all);
      expect(events.flatMap(kindOf)).toEqual(toStory(history));
      expect(events.at(-1)?.event).toBe("done");
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it("resumes after any event, by any interleaving, with exactly what had not been told", async () => {
    const property = fc.asyncProperty(
      tidyLives,
      turns,
      turns,
      fc.nat(40),
      async (life, first, second, index) => {
        const history = toHistory(life);
        const events = await follow(history, first);
        const position = index % events.length;
        const resumed = await follow(history, second, events[position]?.id ?? null);
        const isEnd = position === events.length - 1;
        const rest = events.slice(isEnd ? position : position + 1).flatMap(kindOf);
        expect(resumed.flatMap(kindOf)).toEqual(rest);
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });

  it("leaves no gap in an attempt's text and repeats nothing, even where its worker disappeared", async () => {
    const property = fc.asyncProperty(
      anyLives,
      turns,
      turns,
      fc.nat(40),
      async (life, first, second, index) => {
        const history = toHistory(life);
        const before = await follow(history, first);
        const cut = before.slice(0, (index % before.length) + 1);
        const after = await follow(history, second, cut.at(-1)?.id ?? null);
        const told = [...cut, ...after].flatMap(kindOf).filter((kind) => !kind.startsWith("done"));
        expect(new Set(told).size).toBe(told.length);
        const story = toStory(history).filter((kind) => kind.startsWith("attempt"));
        expect(told.filter((kind) => kind.startsWith("attempt"))).toEqual(story);
        for (const [attempt, texts] of Map.groupBy(told.filter(isText), (kind) => kind.split(".")[0]))
          expect(texts).toEqual(texts.map((_, page) => `${attempt}.${page}`));
        expect(after.at(-1)?.event).toBe("done");
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });

  it("never tells the same status twice in a row", async () => {
    const property = fc.asyncProperty(anyLives, turns, async (life, all) => {
      const events = await follow(toHistory(life), all);
      const statuses = events.flatMap(({ event, data }) =>
        event === "task" && "status" in data ? [data.status] : [],
      );
      expect(statuses.some((status, index) => status === statuses[index - 1])).toBe(false);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

const isText = (kind: string) => kind.startsWith("text");
