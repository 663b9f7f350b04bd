import { describe, expect, it } from "vitest";
import type { ReplayedDeadLetters } from "../../shared/api/dead-letters.ts";
import type { Task } from "../../shared/api/task.ts";
import { json } from "./api.fixture.ts";
import { keepDead, keyed, openDown } from "./dead-letters.fixture.ts";

describe("replaying all that match", () => {
  it("replays those, oldest first, and no others", async () => {
    const { die, replayAll, show, say, mend, clock } = await openDown({ limits: { concurrency: 1 } });
    const kept = await die(say("other"));
    const ids = [await die(say("sale 1")), await die(say("sale 2"))];
    mend();
    const answer = await json<ReplayedDeadLetters>(await replayAll({ filter: { text: "sale" } }));
    expect(answer).toEqual({ replayed: 2, failed: 0, more: false });
    await clock.advance(5_000);
    const ended = await Promise.all(ids.map(show));
    expect(ended.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    expect(Date.parse(ended[0]?.completedAt ?? "")).toBeLessThanOrEqual(
      Date.parse(ended[1]?.completedAt ?? ""),
    );
    expect((await show(kept)).status).toBe("dead");
  });

  it("replays a thousand a call, says that there are more, and goes on from there", async () => {
    const { replayAll, conea, mend } = await openDown();
    mend();
    for (let index = 0; index < 1_020; index++) await keepDead(conea, index);
    const first = await json<ReplayedDeadLetters>(await replayAll({ filter: {}, model: "n" }));
    expect(first).toMatchObject({ replayed: 1_000, failed: 0, more: true, nextCursor: expect.any(String) });
    const rest = { filter: {}, cursor: first.nextCursor };
    expect(await json<ReplayedDeadLetters>(await replayAll(rest))).toEqual({
      replayed: 20,
      failed: 0,
      more: false,
    });
  });

  it("answers a repeated Idempotency-Key as then, and replays nothing again", async () => {
    const { die, replayAll, show, clock } = await openDown();
    const id = await die();
    const first = await replayAll({ filter: {} }, keyed("k"));
    await clock.advance(1_000);
    const again = await replayAll({ filter: {} }, keyed("k"));
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await json(again)).toEqual(await json(first));
    expect((await show(id)).attempts).toHaveLength(2);
    expect((await replayAll({ filter: { model: "m" } }, keyed("k"))).status).toBe(422);
  });

  it("counts what does not fit the model, and passes it over", async () => {
    const { die, replayAll, conea } = await openDown();
    await die();
    await keepDead(conea, 1, { type: "embedding" });
    const answer = await json<ReplayedDeadLetters>(await replayAll({ filter: {}, model: "n" }));
    expect(answer).toEqual({ replayed: 1, failed: 1, more: false });
    expect((await replayAll({ filter: {}, model: "nonsense" })).status).toBe(404);
  });

  it("stops where the line is full, and leaves the rest to the next call", async () => {
    const { die, replayAll, list } = await openDown({ queue: { maxReady: 2, strict: true } });
    for (let index = 0; index < 5; index++) await die();
    const answer = await json<ReplayedDeadLetters>(await replayAll({ filter: {} }));
    expect(answer.more).toBe(true);
    expect(answer.failed).toBe(0);
    expect(answer.replayed).toBeGreaterThanOrEqual(2);
    expect(answer.replayed).toBeLessThan(5);
    expect((await json<{ items: Task[] }>(await list())).items.length).toBeGreaterThanOrEqual(1);
  });
});
