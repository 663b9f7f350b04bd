import { describe, expect, it } from "vitest";
import type { Task } from "../../shared/api/task.ts";
import { admin, bob, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { json } from "./api.fixture.ts";
import { keepDead, keyed, openDown } from "./dead-letters.fixture.ts";

describe("dead letters", () => {
  it("are listed newest first, in pages, and found by time, type, model, code and text", async () => {
    const { die, listed, list, say, clock } = await openDown();
    const first = await die(say("Where is my Order?"));
    await clock.advance(3_600_000);
    const second = await die({ model: "n", ...say("hello") });
    expect(await listed()).toEqual([second, first]);
    expect(await listed("?from=2026-01-01T01:00:00%2B00:00")).toEqual([second]);
    expect(await listed("?to=2026-01-01T01:00:00Z&type=chat")).toEqual([first]);
    expect(await listed("?model=n")).toEqual([second]);
    expect(await listed("?code=provider_overloaded&model=m")).toEqual([first]);
    expect(await listed("?code=provider_timeout")).toEqual([]);
    expect(await listed("?text=my%20order")).toEqual([first]);
    expect(await listed("?text=OVERLOADED")).toEqual([second, first]);
    expect(await listed("?text=role")).toEqual([]);
    const page = await json(await list("?limit=1"));
    expect(await listed(`?limit=1&cursor=${page.nextCursor}`)).toEqual([first]);
    expect(await json(await list(`?limit=1&cursor=${page.nextCursor}`))).not.toHaveProperty("nextCursor");
    expect((await list("?cursor=nonsense")).status).toBe(422);
    expect((await list("?from=yesterday")).status).toBe(422);
  });

  it("are searched for text five hundred at a time, and the cursor leads on", async () => {
    const { submit, say, clock, list } = await openDown();
    await submit(say("needle"));
    await clock.advance(1_000);
    for (let index = 0; index < 600; index++) await submit(say("hay"));
    await clock.advance(10_000);
    const page = await json<{ items: Task[]; nextCursor: string }>(await list("?text=needle"));
    expect(page.items).toEqual([]);
    const next = await json<{ items: Task[] }>(await list(`?text=needle&cursor=${page.nextCursor}`));
    expect(next.items).toHaveLength(1);
    expect(next).not.toHaveProperty("nextCursor");
  });

  it("are seen by those who may see the task, and no others", async () => {
    const { die, listed, keyFor } = await openDown();
    const id = await die();
    for (const [principal, seen] of [
      [bob, []],
      [eve, []],
      [viewer, [id]],
      [admin, [id]],
    ] as const) {
      expect(await listed("", { key: await keyFor(principal) })).toEqual(seen);
    }
  });
});

describe("a replay", () => {
  it("runs the task again at the end of its line, with its history kept and no gap in its events", async () => {
    const { die, replay, show, mend, clock, events, read } = await openDown();
    const id = await die({ expiresInSeconds: 60 });
    const before = await read(id);
    mend();
    await clock.advance(120_000);
    const answer = await replay(id);
    expect(answer.status).toBe(202);
    const replayed = await json<Task>(answer);
    expect(replayed.status).toBe("ready");
    for (const gone of ["error", "completedAt", "expiresAt"]) expect(replayed).not.toHaveProperty(gone);
    await clock.advance(1_000);
    const after = await read(id);
    // One epoch for the replay, one for its claim.
    expect(after.epoch).toBe(before.epoch + 2);
    expect(after.sequence).toBeGreaterThan(before.sequence);
    expect(await show(id)).toMatchObject({
      status: "succeeded",
      attempts: [
        { n: 1, outcome: "failed" },
        { n: 2, outcome: "succeeded" },
      ],
    });
    const told = [...new Map(events.map((event) => [event.id, event])).values()];
    expect(told.map(({ sequence, type }) => `${sequence} ${type}`)).toEqual([
      "1 task.accepted",
      "2 task.started",
      "3 task.dead",
      "4 task.accepted",
      "5 task.started",
      "6 task.succeeded",
    ]);
  });

  it("has all its attempts again", async () => {
    const { die, replay, show, clock } = await openDown({ retry: { attempts: 2, baseMs: 1 } });
    const id = await die();
    await replay(id);
    await clock.advance(5_000);
    expect(await show(id)).toMatchObject({
      status: "dead",
      attempts: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }],
    });
  });

  it("goes to another provider's queue with another model, and refuses one that is none or does not fit", async () => {
    const { die, replay, show, mend, clock } = await openDown();
    const id = await die();
    mend();
    expect((await replay(id, { model: "nonsense" })).status).toBe(404);
    expect(await json(await replay(id, { model: "n" }))).toMatchObject({ queue: "second", model: "n" });
    await clock.advance(1_000);
    expect(await show(id)).toMatchObject({
      status: "succeeded",
      attempts: [
        { provider: "main", model: "m" },
        { provider: "second", model: "n" },
      ],
    });
  });

  it("is carried out once for an Idempotency-Key, also when the task has died again", async () => {
    const { die, replay, show, clock } = await openDown();
    const id = await die();
    const first = await replay(id, {}, keyed("k"));
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    await clock.advance(1_000);
    const again = await replay(id, {}, keyed("k"));
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([202, "true"]);
    expect(await json(again)).toMatchObject({ status: "dead" });
    expect((await show(id)).attempts).toHaveLength(2);
    const other = await replay(id, { model: "n" }, keyed("k"));
    expect([other.status, (await json(other)).code]).toEqual([422, "idempotency_key_reused"]);
    expect((await replay(id, {}, keyed("l"))).headers.get("idempotent-replayed")).toBeNull();
  });

  it("is carried out once when many ask with one key at the same moment", async () => {
    const { die, replay, show, clock } = await openDown();
    const id = await die();
    const answers = await Promise.all(Array.from({ length: 20 }, () => replay(id, {}, keyed("k"))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await clock.advance(1_000);
    expect((await show(id)).attempts).toHaveLength(2);
  });

  it("is for tasks that were cancelled, failed or expired too, and for none that succeeded or may still run", async () => {
    const { submit, send, replay, mend, clock, conea } = await openDown();
    for (const [index, status] of (["failed", "expired"] as const).entries()) {
      const task = await keepDead(conea, index, { status, expiresAt: "2025-12-31T00:00:01.000Z" });
      expect(await json(await replay(task.id))).toMatchObject({ status: "ready" });
    }
    const { id = "" } = await json(await submit({ notBefore: "2030-01-01T00:00:00Z" }));
    expect((await replay(id)).status).toBe(409);
    await send(`/v1/tasks/${id}/cancel`, { method: "POST" });
    mend();
    expect(await json(await replay(id))).toMatchObject({ status: "ready" });
    await clock.advance(1_000);
    const done = await replay(id);
    expect([done.status, (await json(done)).code]).toEqual([409, "conflict"]);
  });

  it("is refused to who may not write or see the task", async () => {
    const { die, send, keyFor } = await openDown();
    const id = await die();
    const statusFor = async (key: string) =>
      (await send(`/v1/tasks/${id}/replay`, { method: "POST", key })).status;
    expect(await statusFor(await keyFor(viewer))).toBe(403);
    expect(await statusFor(await keyFor(bob))).toBe(404);
    expect(await statusFor(await keyFor(eve))).toBe(404);
  });
});
