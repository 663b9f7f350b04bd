import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { type SseOptions, toSse } from "./to-sse.ts";

async function* failAfter(...frames: string[]): AsyncGenerator<string, void, undefined> {
  yield* frames;
  throw new Error("the source is gone");
}

async function* waitAfter(frame: string): AsyncGenerator<string, void, undefined> {
  yield frame;
  await new Promise(() => undefined);
}

function open(frames: AsyncGenerator<string, void, undefined>, options: Partial<SseOptions> = {}) {
  const clock = createVirtualClock(0);
  let leaves = 0;
  const response = toSse(frames, { clock, onLeave: () => void leaves++, ...options });
  return { clock, response, leaves: () => leaves };
}

describe("a stream of events", () => {
  it("ends with the frames that tell of a failure, where somebody makes them", async () => {
    const { response, leaves, clock } = open(failAfter("data: 1\n\n"), {
      toErrorFrame: () => "data: error\n\n",
    });
    expect(await response.text()).toBe("data: 1\n\ndata: error\n\n");
    expect(leaves()).toBe(0);
    await clock.runUntilIdle();
  });

  it("breaks off at a failure where nobody does, so that its reader comes back", async () => {
    const { response, clock } = open(failAfter("data: 1\n\n"));
    await expect(response.text()).rejects.toThrow("the source is gone");
    await clock.runUntilIdle();
  });

  it("says something every fifteen seconds while there is nothing to say, and nothing once its reader has left", async () => {
    const { response, clock, leaves } = open(waitAfter("data: 1\n\n"), { headers: { "X-Own": "kept" } });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...{ "x-own": "kept", "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    });
    const reader = response.body?.getReader();
    const read = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await read()).toBe("data: 1\n\n");
    await clock.advance(15_000);
    expect(await read()).toBe(": keep-alive\n\n");
    await reader?.cancel();
    expect(leaves()).toBe(1);
    await clock.runUntilIdle();
  });
});
