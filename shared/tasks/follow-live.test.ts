import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aChat, openTestConea } from "./conea.fixture.ts";
import { followTask, type TaskEvent, toPosition } from "./follow-task.ts";
import { createLiveOutput } from "./live-output.ts";

/** A call that says its pieces, one every 100 ms. */
function openSpeaking(pieces: string[]) {
  const test = openTestConea({
    provider: {
      async chat({ onText }) {
        const { clock } = await test;
        for (const piece of pieces) {
          onText?.(piece);
          await new Promise<void>((resolve) => clock.after(100, resolve));
        }
        const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 3 };
        return { result: { text: pieces.join("").toWellFormed(), finishReason: "stop" }, usage };
      },
    },
  });
  return test;
}

const isDelta = (event: TaskEvent) => event.event === "delta";
const textOf = (events: TaskEvent[]) =>
  events.map((event) => (event.event === "delta" ? event.data.text : "")).join("");

describe("following a task in the process that runs it", () => {
  it("gives each piece as it comes, not as its page is written", async () => {
    const pieces = Array.from({ length: 8 }, (_, index) => `piece${index} `);
    const { conea, submit, clock } = await openSpeaking(pieces);
    const { task } = await submit(aChat({ stream: true }));
    const seen: [number, string][] = [];
    const started = clock.now();
    const done = (async () => {
      const signal = new AbortController().signal;
      for await (const event of followTask(conea, task.id, { start: toPosition(null), signal }))
        if (event.event === "delta") seen.push([clock.now() - started, event.data.text]);
    })();
    await clock.advance(5_000);
    await done;
    expect(seen.map(([, text]) => text)).toEqual(pieces);
    expect(seen.at(-1)?.[0]).toBe(700);
  });

  it("resumes after any event, here and elsewhere, without a gap or a repetition", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("ab", "🙂", "\ud83d", "\ude42", "x".repeat(300)), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.nat(),
        fc.boolean(),
        async (pieces, place, isElsewhere) => {
          const { conea, submit, clock } = await openSpeaking(pieces);
          const { task } = await submit(aChat({ stream: true }));
          const signal = new AbortController().signal;
          const seen: TaskEvent[] = [];
          const rests: Promise<TaskEvent[]>[] = [];
          const collect = async (lastEventId: string) => {
            const live = isElsewhere ? createLiveOutput() : conea.live;
            const rest: TaskEvent[] = [];
            const follower = followTask({ ...conea, live }, task.id, {
              start: toPosition(lastEventId),
              signal,
            });
            for await (const event of follower) rest.push(event);
            return rest;
          };
          const all = (async () => {
            for await (const event of followTask(conea, task.id, { start: toPosition(null), signal })) {
              seen.push(event);
              if (isDelta(event) && seen.filter(isDelta).length === 1 + (place % pieces.length))
                rests.push(collect(event.id));
            }
          })();
          await clock.advance(10_000);
          await all;
          const text = pieces.join("").toWellFormed();
          expect(textOf(seen)).toBe(text);
          for (const rest of await Promise.all(rests)) {
            const before = seen.filter(isDelta).slice(0, 1 + (place % pieces.length));
            expect(textOf(before) + textOf(rest)).toBe(text);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
