import { describe, expect, it } from "vitest";
import { createLiveOutput, type LiveEvent } from "./live-output.ts";
import { aTask } from "./task.fixture.ts";

const task = aTask({ status: "running", attemptCount: 1 });

function listen(live: ReturnType<typeof createLiveOutput>) {
  const heard: LiveEvent[] = [];
  const stop = live.subscribe(task.id, (event) => heard.push(event));
  return { heard, stop };
}

describe("live output", () => {
  it("hands on each piece at once, with its place in the text", () => {
    const live = createLiveOutput();
    const { heard } = listen(live);
    live.begin(task);
    live.publish(task.id, 1, "Hel");
    live.publish(task.id, 1, "lo");
    expect(heard).toMatchObject([
      { kind: "begun" },
      { kind: "text", attempt: 1, offset: 0, text: "Hel" },
      { kind: "text", attempt: 1, offset: 3, text: "lo" },
    ]);
  });

  it("gives whoever comes later the text so far", () => {
    const live = createLiveOutput();
    live.begin(task);
    live.publish(task.id, 1, "Hello");
    expect(listen(live).heard).toMatchObject([{ kind: "text", offset: 0, text: "Hello" }]);
  });

  it("tells what an attempt has written itself from what it goes on from", () => {
    const live = createLiveOutput();
    live.begin(task);
    live.continueFrom(task.id, 1, "Once upon ");
    live.publish(task.id, 1, "a time");
    expect(live.textOf(task.id, 1)).toBe("a time");
    expect(listen(live).heard).toMatchObject([{ text: "Once upon a time" }]);
  });

  it("forgets an attempt that is settled or was taken away, and takes nothing more for it", () => {
    const live = createLiveOutput();
    const { heard } = listen(live);
    live.begin(task);
    live.settle(task);
    live.publish(task.id, 1, "late");
    expect(heard.map(({ kind }) => kind)).toEqual(["begun", "settled"]);
    live.begin({ ...task, attemptCount: 2 });
    live.forget(task.id, 1);
    expect(live.isUnderWay(task.id)).toBe(true);
    live.forget(task.id, 2);
    expect(live.isUnderWay(task.id)).toBe(false);
  });

  it("knows whether anybody listens", () => {
    const live = createLiveOutput();
    const [one, two] = [listen(live), listen(live)];
    one.stop();
    expect(live.isFollowed(task.id)).toBe(true);
    two.stop();
    two.stop();
    expect(live.isFollowed(task.id)).toBe(false);
  });
});
