import { describe, expect, it } from "vitest";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { admin, bob, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { openResponses as open, toText as text } from "./open-responses.fixture.ts";

describe("the walls of responses", () => {
  it("keep a user's response from other users and tenants, on every path", async () => {
    const { keyFor, made, create, get, send, close } = await open();
    const { id } = await made();
    for (const stranger of [bob, eve]) {
      const key = await keyFor(stranger);
      expect((await get(id, { key })).status).toBe(404);
      expect((await get(`${id}/input_items`, { key })).status).toBe(404);
      expect((await send(`/openai/v1/responses/${id}/cancel`, { key })).status).toBe(404);
      const deletion = { method: "DELETE", key };
      expect((await send(`/openai/v1/responses/${id}`, deletion)).status).toBe(404);
      expect((await create({ previous_response_id: id }, { key })).status).toBe(400);
      const reference = [{ type: "item_reference", id: id.replace("resp", "msg") }];
      expect((await create({ input: reference }, { key })).status).toBe(400);
    }
    expect((await get(id)).status).toBe(200);
    await close();
  });

  it("let an administrator see a response, but not go on with another's conversation", async () => {
    const { keyFor, made, create, get, close } = await open();
    const { id } = await made();
    const key = await keyFor(admin);
    expect((await get(id, { key })).status).toBe(200);
    expect((await create({ previous_response_id: id }, { key })).status).toBe(400);
    await close();
  });

  it("let a viewer see and not create, cancel or delete", async () => {
    const { keyFor, made, create, get, send, close } = await open();
    const { id } = await made();
    const key = await keyFor(viewer);
    expect((await get(id, { key })).status).toBe(200);
    expect((await create({}, { key })).status).toBe(403);
    expect((await send(`/openai/v1/responses/${id}/cancel`, { key })).status).toBe(403);
    expect((await send(`/openai/v1/responses/${id}`, { method: "DELETE", key })).status).toBe(403);
    await close();
  });

  it("show no task that is no chat, and nothing for an id that is none", async () => {
    const { get, submit, close } = await open();
    const { task } = await submit({
      type: "embedding",
      input: { input: "Hello" },
      priority: 5,
      stream: false,
    });
    for (const id of [task.id.replace("task_", "resp_"), task.id, "resp_1", "..%2f..%2fkeys", "resp_"]) {
      expect((await get(id)).status).toBe(404);
    }
    await close();
  });
});

describe("what a response is made from", () => {
  it("is the conversation before it, without its instructions, and then its own", async () => {
    const { calls, made, close } = await open();
    const first = await made({ instructions: "Be brief." });
    const second = await made({ input: "And?", previous_response_id: first.id });
    await made({ input: "So?", instructions: "Be kind.", previous_response_id: second.id });
    expect(calls.map(({ input }) => input.messages.map(({ content }) => content))).toEqual([
      ["Be brief.", "Hello"],
      ["Hello", "Fine.", "And?"],
      ["Be kind.", "Hello", "Fine.", "And?", "Fine.", "So?"],
    ]);
    await close();
  });

  it("puts the calls of a turn into one message, and leaves thoughts out", async () => {
    const { calls, made, close } = await open();
    const call = (id: string) => ({ type: "function_call", call_id: id, name: "f", arguments: "{}" });
    const output = (id: string) => ({ type: "function_call_output", call_id: id, output: `of ${id}` });
    await made({
      input: [
        { role: "user", content: [{ type: "input_text", text: "Go" }] },
        { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x" },
        { type: "message", role: "assistant", content: [text("I do.")], status: "completed" },
        ...[call("a"), call("b"), output("a"), output("b")],
        ...[call("c"), output("c")],
      ],
    });
    const toolCalls = (...ids: string[]) => ids.map((id) => ({ id, name: "f", arguments: "{}" }));
    expect(calls[0]?.input.messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Go" }] },
      { role: "assistant", content: "I do.", toolCalls: toolCalls("a", "b") },
      { role: "tool", toolCallId: "a", content: "of a" },
      { role: "tool", toolCallId: "b", content: "of b" },
      { role: "assistant", toolCalls: toolCalls("c") },
      { role: "tool", toolCallId: "c", content: "of c" },
    ]);
    await close();
  });

  it("is bounded, however many turns there were", async () => {
    const { made, create, close } = await open();
    const many = Array.from({ length: 1_999 }, () => ({ role: "user", content: "Hi" }));
    const { id } = await made({ input: many });
    const next = await create({ previous_response_id: id });
    expect(next.status).toBe(400);
    expect(await next.json()).toMatchObject({ error: { param: "input", type: "invalid_request_error" } });
    await close();
  });

  it("is nothing that has not succeeded", async () => {
    const { stage, made, create, close } = await open();
    stage.chat = async () => {
      throw new ProviderError("invalid_request");
    };
    const { id } = await made({ background: true });
    const next = await create({ previous_response_id: id });
    expect(next.status).toBe(400);
    expect(await next.json()).toMatchObject({ error: { param: "previous_response_id" } });
    await close();
  });
});

describe("a response that is not to be stored", () => {
  it.each([
    ["by its body", { store: false }, {}],
    ["by a header", {}, { headers: { "x-conea-store": "false" } }],
  ])("%s is answered, and not found afterwards nor gone on from", async (_, fields, sent) => {
    const { create, get, read, embedded, close } = await open();
    const response = await read(await create({ input: "A secret", ...fields }, sent));
    expect(response).toMatchObject({ status: "completed", store: false, output: [{ type: "message" }] });
    expect((await get(response.id)).status).toBe(404);
    expect((await create({ previous_response_id: response.id })).status).toBe(400);
    expect(
      (await create({ input: [{ type: "item_reference", id: response.id.replace("resp", "msg") }] })).status,
    ).toBe(400);
    const kept = await embedded.platform.documents.query({ collection: "tasks" });
    expect(JSON.stringify(kept)).not.toContain("A secret");
    await close();
  });

  it("cannot be made in the background, where another process runs it", async () => {
    const { create, close } = await open();
    const response = await create({ background: true }, { headers: { "x-conea-store": "false" } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "background" } });
    await close();
  });
});
