import { describe, expect, it } from "vitest";
import { ProviderError } from "../providers/provider-error.ts";
import { cancelTask } from "./change-task.ts";
import { aChat, ann, openTestConea } from "./conea.fixture.ts";
import { followTask, type TaskEvent, toPosition } from "./follow-task.ts";

/** A call that fails after two pieces, then one that writes three. */
async function openStreaming() {
  let calls = 0;
  const test = await openTestConea({
    provider: {
      async chat({ onText }) {
        calls += 1;
        const pieces = calls === 1 ? ["a1", "a2"] : ["b1", "b2", "b3"];
        for (const piece of pieces) {
          onText?.(piece);
          await new Promise<void>((resolve) => test.clock.after(400, resolve));
        }
        if (calls === 1) throw new ProviderError("connection");
        const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 3 };
        return { result: { text: pieces.join(""), finishReason: "stop" }, usage };
      },
    },
  });
  const follow = (taskId: string, lastEventId: string | null = null, signal = new AbortController().signal) =>
    followTask(test.conea, taskId, { start: toPosition(lastEventId), signal });
  return { ...test, follow };
}

async function collect(events: AsyncIterable<TaskEvent>): Promise<TaskEvent[]> {
  const all: TaskEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const kinds = (events: TaskEvent[]) =>
  events.map((event) => {
    if (event.event === "delta") return event.data.text;
    return event.event === "attempt" ? `attempt ${event.data.n}` : `${event.event} ${event.data.status}`;
  });

describe("followTask", () => {
  it("tells of each status, each piece, each attempt after its pieces, and the end", async () => {
    const { submit, follow, clock } = await openStreaming();
    const { task } = await submit(aChat({ stream: true }));
    const seen = collect(follow(task.id));
    await clock.advance(10_000);
    expect(kinds(await seen)).toEqual([
      "task ready",
      "task running",
      "a1",
      "a2",
      "attempt 1",
      "task scheduled",
      "task ready",
      "task running",
      "b1",
      "b2",
      "b3",
      "attempt 2",
      "done succeeded",
    ]);
  });

  it("resumes after any event without a gap or a repetition", async () => {
    const { submit, follow, clock } = await openStreaming();
    const { task } = await submit(aChat({ stream: true }));
    await clock.advance(10_000);
    const all = await collect(follow(task.id));
    expect(kinds(all)).toEqual(["a1", "a2", "attempt 1", "b1", "b2", "b3", "attempt 2", "done succeeded"]);
    for (const [index, { id }] of all.entries()) {
      const rest = await collect(follow(task.id, id));
      expect(kinds(rest)).toEqual(
        index === all.length - 1 ? ["done succeeded"] : kinds(all.slice(index + 1)),
      );
    }
  });

  it("ends for a task that is cancelled meanwhile", async () => {
    const { submit, follow, clock, conea } = await openStreaming();
    const { task } = await submit(aChat({ notBefore: "2027-01-01T00:00:00Z" }));
    const seen = collect(follow(task.id));
    await clock.advance(100);
    await cancelTask({ ...conea, abort: conea.runner.abort }, ann, task.id);
    await clock.advance(100);
    expect(kinds(await seen)).toEqual(["task scheduled", "done cancelled"]);
  });

  it("ends when its signal aborts", async () => {
    const { submit, follow, clock } = await openStreaming();
    const { task } = await submit(aChat({ notBefore: "2027-01-01T00:00:00Z" }));
    const left = new AbortController();
    const seen = collect(follow(task.id, null, left.signal));
    await clock.advance(100);
    left.abort();
    expect(kinds(await seen)).toEqual(["task scheduled"]);
  });

  it.each(["", "nonsense", "-1.", "1.0001", "1.0001-00000x", "99999999999.0001-000001"])(
    "takes %j, which is no event id, for the beginning",
    (id) => {
      expect(toPosition(id)).toEqual({ attempt: 0, page: "" });
    },
  );
});
