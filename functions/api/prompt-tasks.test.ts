import { describe, expect, it } from "vitest";
import type { Task } from "../../shared/api/task.ts";
import { aChat, ann } from "../../shared/tasks/conea.fixture.ts";
import { submitTask } from "../../shared/tasks/submit-task.ts";
import { json } from "./api.fixture.ts";
import { hello, openChats, type Problem, recorder, use, wait } from "./prompt-tasks.fixture.ts";

describe("a task with a prompt", () => {
  it("keeps the rendered messages before its own, and which version they came of", async () => {
    const { asked, provider } = recorder();
    const { chat, send } = await openChats({ provider });
    const answer = await chat({ prompt: use, messages: [hello] }, { headers: wait });
    const task = await json<Task>(answer);
    expect(task).toMatchObject({ status: "succeeded", promptRef: { id: "greet", version: 1 } });
    const messages = [{ role: "system", content: "You are Bo." }, hello];
    expect(task.input).toEqual({ messages });
    expect(asked[0]?.input).toEqual({ messages });
    expect(await json<Task>(await send(`/v1/tasks/${task.id}`))).toMatchObject({ promptRef: { version: 1 } });
    expect(task).not.toHaveProperty("askedHash");
  });

  it("takes the prompt alone, and is refused with neither", async () => {
    const { chat } = await openChats();
    const alone = await json<Task>(await chat({ prompt: use, temperature: 0 }));
    expect(alone.input).toEqual({ messages: [{ role: "system", content: "You are Bo." }], temperature: 0 });
    const neither = await chat({ temperature: 0 });
    expect(neither.status).toBe(422);
    expect((await json<Problem>(neither)).errors).toMatchObject([{ field: "input.messages" }]);
  });

  it.each<[string, object, string]>([
    ["a prompt there is none of", { id: "nowhere" }, "input.prompt"],
    ["a version there is none of", { ...use, version: 2 }, "input.prompt.version"],
    ["a label there is none of", { ...use, label: "production" }, "input.prompt.label"],
    ["a missing variable", { id: "greet" }, "input.prompt.variables.who"],
    ["an unknown variable", { id: "greet", variables: { who: "a", x: "b" } }, "input.prompt.variables.x"],
  ])("is refused for %s, by the field", async (_, prompt, field) => {
    const { chat } = await openChats();
    const answer = await chat({ prompt, messages: [hello] });
    expect(answer.status).toBe(422);
    expect((await json<Problem>(answer)).errors).toMatchObject([{ field }]);
  });

  it("stays what it was when its key is used again, though the prompt is another or gone by then", async () => {
    const { chat, send, read } = await openChats();
    const key = { headers: { "Idempotency-Key": "once" } };
    const first = await json<Task>(await chat({ prompt: use, messages: [hello] }, key));
    await send("/v1/prompts/greet", {
      method: "PUT",
      body: { template: [{ role: "system", content: "You were {{who}}." }], variables: { who: {} } },
    });
    const again = await chat({ prompt: use, messages: [hello] }, key);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([202, "true"]);
    expect((await json<Task>(again)).id).toBe(first.id);
    await send("/v1/prompts/greet", { method: "DELETE" });
    expect((await json<Task>(await chat({ prompt: use, messages: [hello] }, key))).id).toBe(first.id);
    expect((await read(first.id)).input).toMatchObject({ messages: [{ content: "You are Bo." }, hello] });
    const other = await chat({ prompt: { ...use, version: 1 }, messages: [hello] }, key);
    expect(other.status).toBe(422);
    expect((await chat({ messages: [hello] }, key)).status).toBe(422);
  });

  it("is the one that was kept when two of the same request have come to different messages", async () => {
    const { conea, read } = await openChats();
    const submit = (content: string, askedHash: string) =>
      submitTask(conea, ann, aChat({ input: { messages: [{ role: "user", content }] } }), {
        idempotencyKey: "race",
        origin: { askedHash, promptRef: { id: "greet", version: 1 } },
      });
    const { task } = await submit("rendered before", "same");
    expect(await submit("rendered after", "same")).toMatchObject({ replayed: true, task: { id: task.id } });
    expect((await read(task.id)).input).toMatchObject({ messages: [{ content: "rendered before" }] });
    await expect(submit("rendered after", "other")).rejects.toMatchObject({ code: "idempotency_key_reused" });
  });

  it("is found by its prompt, and its events name it", async () => {
    const { chat, send, events } = await openChats();
    const { id } = await json<Task>(await chat({ prompt: use }));
    await chat({ messages: [hello] });
    const list = async (query: string) =>
      (await json<{ items: Task[] }>(await send(`/v1/tasks?${query}`))).items.map((task) => task.id);
    expect(await list("prompt=greet")).toEqual([id]);
    expect(await list("prompt=other")).toEqual([]);
    const named = events.filter(({ task }) => task.promptRef);
    expect(named[0]?.task).toMatchObject({ id, promptRef: { id: "greet", version: 1 } });
    expect(new Set(named.map(({ task }) => task.id))).toEqual(new Set([id]));
  });

  it("is the first of two that race with one key, whatever the prompt says to each", async () => {
    const { chat, read } = await openChats();
    const key = { headers: { "Idempotency-Key": "race" } };
    const answers = await Promise.all([1, 2, 3].map(() => chat({ prompt: use }, key)));
    const ids = await Promise.all(answers.map(async (answer) => (await json<Task>(answer)).id));
    expect(new Set(ids).size).toBe(1);
    expect(await read(ids[0] ?? "")).toMatchObject({ promptRef: { id: "greet", version: 1 } });
  });
});
