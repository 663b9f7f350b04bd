import { describe, expect, it } from "vitest";
import type { Task } from "../../shared/api/task.ts";
import { json, openApi } from "./api.fixture.ts";

describe("submit and read", () => {
  it("accepts a task with 202 and its address, and shows its end at that address", async () => {
    const { submit, send, clock } = await openApi();
    const accepted = await submit();
    expect(accepted.status).toBe(202);
    const location = accepted.headers.get("location") ?? "";
    await clock.advance(1_000);
    const shown = await json(await send(location));
    expect(shown).toMatchObject({ status: "succeeded", result: { text: "You said: Hello" } });
    expect(shown).not.toHaveProperty("tenant");
    expect(shown).not.toHaveProperty("requestHash");
  });

  it("answers 200 with the finished task to Prefer: wait", async () => {
    const { submit } = await openApi();
    const answer = await submit({}, { headers: { Prefer: "respond-async, wait=5" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("preference-applied")).toBe("wait=5");
    expect(await json(answer)).toMatchObject({ status: "succeeded" });
  });

  it("answers 202 with the task so far when the wait passes", async () => {
    const { submit, clock } = await openApi({ provider: { chat: () => new Promise(() => {}) } });
    const answer = submit({}, { headers: { Prefer: "wait=2" } });
    await clock.advance(2_000);
    expect((await answer).status).toBe(202);
    expect(await json(await answer)).toMatchObject({ status: "running" });
  });

  it("replays an Idempotency-Key, says so, and refuses it for another request", async () => {
    const { submit } = await openApi();
    const headers = { "Idempotency-Key": "order-1" };
    const first = await submit({}, { headers });
    const again = await submit({}, { headers });
    expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([
      null,
      "true",
    ]);
    expect((await json(again)).id).toBe((await json(first)).id);
    const other = await submit({ priority: 1 }, { headers });
    expect([other.status, (await json(other)).code]).toEqual([422, "idempotency_key_reused"]);
  });

  it("lists the newest first, in pages, by every filter", async () => {
    const { submit, send, clock } = await openApi();
    for (let index = 0; index < 5; index++) {
      await submit({
        relatedEntity: index % 2 ? "odd" : "even",
        input: { messages: [{ role: "user", content: `${index}` }] },
      });
      await clock.advance(10);
    }
    const texts: string[] = [];
    let cursor = "";
    do {
      const page = await json<{ items: Task[]; nextCursor?: string }>(
        await send(`/v1/tasks?limit=2${cursor}`),
      );
      texts.push(
        ...page.items.map(({ input }) => ("messages" in input ? String(input.messages[0]?.content) : "")),
      );
      cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : "";
    } while (cursor);
    expect(texts).toEqual(["4", "3", "2", "1", "0"]);
    const count = async (query: string) =>
      (await json<{ items: Task[] }>(await send(`/v1/tasks?${query}`))).items.length;
    expect(await count("relatedEntity=odd")).toBe(2);
    expect(await count("status=succeeded&type=chat&model=m&relatedEntity=even")).toBe(3);
    expect(await count("status=failed")).toBe(0);
  });

  it("cancels, and tells when there is nothing to cancel", async () => {
    const { submit, send, clock } = await openApi();
    const { id } = await json(await submit({ notBefore: "2030-01-01T00:00:00Z" }));
    expect(await json(await send(`/v1/tasks/${id}/cancel`, { method: "POST" }))).toMatchObject({
      status: "cancelled",
    });
    expect((await send(`/v1/tasks/${id}/cancel`, { method: "POST" })).status).toBe(200);
    const done = await json(await submit());
    await clock.advance(100);
    expect((await send(`/v1/tasks/${done.id}/cancel`, { method: "POST" })).status).toBe(409);
  });

  it("hides a deleted task from get and list, and deletes none that may still run", async () => {
    const { submit, send, clock } = await openApi();
    const { id } = await json(await submit({ notBefore: "2026-01-01T00:01:00Z" }));
    expect((await send(`/v1/tasks/${id}`, { method: "DELETE" })).status).toBe(409);
    await clock.advance(120_000);
    expect((await send(`/v1/tasks/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await send(`/v1/tasks/${id}`)).status).toBe(404);
    expect((await json(await send("/v1/tasks"))).items).toEqual([]);
  });

  it("streams a task's events, and resumes after the last one seen", async () => {
    const { submit, send, clock } = await openApi();
    const { id } = await json(await submit());
    await clock.advance(100);
    const stream = await send(`/v1/tasks/${id}/events`);
    expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const text = await stream.text();
    expect(text.match(/^event: .*$/gm)).toEqual(["event: attempt", "event: done"]);
    const resumed = await send(`/v1/tasks/${id}/events`, { headers: { "Last-Event-ID": "1." } });
    expect((await resumed.text()).match(/^event: .*$/gm)).toEqual(["event: done"]);
  });

  it("keeps a silent stream open with a comment every 15 s", async () => {
    const { submit, send, clock } = await openApi();
    const { id } = await json(await submit({ notBefore: "2026-01-01T00:00:40Z" }));
    const stream = await send(`/v1/tasks/${id}/events`);
    const text = stream.text();
    await clock.advance(60_000);
    expect((await text).match(/^: keep-alive$/gm)).toHaveLength(2);
  });
});
