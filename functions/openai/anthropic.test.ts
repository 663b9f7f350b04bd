import { describe, expect, it } from "vitest";
import { ProviderError, type ProviderErrorKind } from "../../shared/providers/provider-error.ts";
import { viewer } from "../../shared/tasks/conea.fixture.ts";
import { openDoor, type Sent } from "./openai.fixture.ts";
import { answer, createStage, readEvents, saying } from "./stage.fixture.ts";

const open = async () => {
  const { provider, calls, stage } = createStage();
  const door = await openDoor({ provider, retry: { attempts: 1 }, breaker: { failures: 100 } });
  const create = (fields: object = {}, sent: Sent = {}) =>
    door.send("/anthropic/v1/messages", {
      body: { model: "m", max_tokens: 100, messages: [{ role: "user", content: "Hello" }], ...fields },
      ...sent,
    });
  return { ...door, calls, stage, create };
};

describe("what a message is made from", () => {
  it("is told to the model in Conea's words", async () => {
    const { calls, create, close } = await open();
    const text = (one: string) => ({ type: "text", text: one, cache_control: { type: "ephemeral" } });
    await create({
      system: [text("Be brief."), text("Be kind.")],
      messages: [
        { role: "user", content: [text("Go")] },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm.", signature: "x" },
            text("I do."),
            { type: "tool_use", id: "a", name: "f", input: { n: 1 } },
            { type: "tool_use", id: "b", name: "f", input: {} },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "a", content: [text("one")] },
            { type: "tool_result", tool_use_id: "b", content: "no such n", is_error: true },
            text("So?"),
          ],
        },
      ],
      tools: [{ name: "f", description: "Does.", input_schema: { type: "object" }, type: "custom" }],
      tool_choice: { type: "any", disable_parallel_tool_use: true },
      stop_sequences: ["END"],
      temperature: 0.5,
      thinking: { type: "enabled", budget_tokens: 2_048 },
    });
    expect(calls[0]?.input).toEqual({
      messages: [
        { role: "system", content: "Be brief.\n\nBe kind." },
        { role: "user", content: [{ type: "text", text: "Go" }] },
        {
          role: "assistant",
          content: "I do.",
          toolCalls: [
            { id: "a", name: "f", arguments: '{"n":1}' },
            { id: "b", name: "f", arguments: "{}" },
          ],
        },
        { role: "tool", toolCallId: "a", content: "one" },
        { role: "tool", toolCallId: "b", content: "Error: no such n" },
        { role: "user", content: [{ type: "text", text: "So?" }] },
      ],
      tools: [{ name: "f", description: "Does.", parameters: { type: "object" } }],
      toolChoice: "required",
      parallelToolCalls: false,
      maxOutputTokens: 100,
      stop: ["END"],
      temperature: 0.5,
      reasoningEffort: "low",
    });
    await close();
  });
});

describe("how a message ends", () => {
  it("says why, as Anthropic says it", async () => {
    const { stage, create, close } = await open();
    const toolCalls = [{ id: "a", name: "f", arguments: '{"n":1}' }];
    const ends = [
      [answer({ text: "x" }), "end_turn"],
      [answer({ text: "x", finishReason: "length" }), "max_tokens"],
      [answer({ finishReason: "content_filter" }), "refusal"],
      [answer({ refusal: "No." }), "refusal"],
      [answer({ toolCalls, finishReason: "tool_calls" }), "tool_use"],
    ] as const;
    for (const [end, reason] of ends) {
      stage.chat = async () => end;
      expect(await (await create()).json()).toMatchObject({ stop_reason: reason });
      const events = await readEvents(await create({ stream: true }));
      expect(events.at(-2)).toMatchObject({
        type: "message_delta",
        delta: { stop_reason: reason },
        usage: { input_tokens: 3, cache_read_input_tokens: 2, output_tokens: 5 },
      });
    }
    await close();
  });

  it("brings text and then the tools' use, each block begun and ended, in one order", async () => {
    const { stage, create, close } = await open();
    const toolCalls = ["a", "b"].map((id) => ({ id, name: "f", arguments: `{"${id}":1}` }));
    stage.chat = saying(["I ", "call."], async () => answer({ text: "I call.", toolCalls }));
    const events = await readEvents(await create({ stream: true }));
    const told = events.map(({ type, index }) => (index === undefined ? type : `${type} ${index}`));
    // Pieces that come before they are asked for come as one.
    expect(told.filter((one, index) => one !== told[index - 1])).toEqual([
      "message_start",
      "ping",
      "content_block_start 0",
      "content_block_delta 0",
      "content_block_stop 0",
      ...[1, 2].flatMap((index) => [
        `content_block_start ${index}`,
        `content_block_delta ${index}`,
        `content_block_stop ${index}`,
      ]),
      "message_delta",
      "message_stop",
    ]);
    await close();
  });

  it("is an error and no end where the stream was cut", async () => {
    const { stage, create, close } = await open();
    stage.chat = saying(["Half an ans"], async () => {
      throw new ProviderError("connection");
    });
    const events = await readEvents(await create({ stream: true }));
    expect(events.map(({ type }) => type)).toEqual([
      "message_start",
      "ping",
      "content_block_start",
      "content_block_delta",
      "error",
    ]);
    expect(events.at(-1)).toMatchObject({ error: { type: "api_error" }, request_id: expect.any(String) });
    await close();
  });

  it("is an error in Anthropic's shape and status where it fails before", async () => {
    const { stage, create, close } = await open();
    const failures: [ProviderErrorKind, number, string][] = [
      ["invalid_request", 400, "invalid_request_error"],
      ["context_too_long", 400, "invalid_request_error"],
      ["content_refused", 400, "invalid_request_error"],
      ["overloaded", 529, "overloaded_error"],
      ["timeout", 504, "timeout_error"],
      ["connection", 500, "api_error"],
      ["authentication", 500, "api_error"],
    ];
    for (const [kind, status, type] of failures) {
      stage.chat = async () => {
        throw new ProviderError(kind);
      };
      for (const stream of [false, true]) {
        const response = await create({ stream });
        expect([kind, response.status]).toEqual([kind, status]);
        expect(response.headers.get("request-id")).toMatch(/^req_/);
        expect(await response.json()).toMatchObject({ type: "error", error: { type } });
      }
    }
    await close();
  });
});

describe("who may make a message, and what is hostile to one", () => {
  it("takes the key as x-api-key, any version, and no viewer's", async () => {
    const { send, create, keyFor, close } = await open();
    expect((await create({}, { key: await keyFor(viewer) })).status).toBe(403);
    const list = (apiKey: string) => {
      const headers = { "anthropic-version": "2020-01-01", "x-api-key": apiKey };
      return send("/anthropic/v1/models", { method: "GET", key: "", headers });
    };
    expect((await list(await keyFor(viewer))).status).toBe(200);
    const refused = await list("no");
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    await close();
  });

  it("is a clear 400 and never a fault of ours", async () => {
    const { create, send, lines, close } = await open();
    const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
    const image = (source: object) => user([{ type: "image", source }]);
    const bad: object[] = [
      { messages: undefined },
      { max_tokens: undefined },
      { max_tokens: "many" },
      { system: 7 },
      user([]),
      user(null),
      user([{ type: "text" }]),
      image({ type: "base64", media_type: "image/png", data: "not base64!" }),
      image({ type: "base64", media_type: "text/html", data: "AAAA" }),
      image({ type: "url", url: "file:///etc/passwd" }),
      image({ type: "file", file_id: "file_1" }),
      user([{ type: "tool_result", tool_use_id: "a", content: [{ type: "image", source: {} }] }]),
      { tools: [{ name: "no such name!", input_schema: {} }] },
      { thinking: { type: "enabled", budget_tokens: 1 } },
      { mcp_servers: [{ url: "https://example.com" }] },
    ];
    for (const fields of bad) {
      const response = await create(fields);
      expect([response.status, JSON.stringify(fields)]).toEqual([400, expect.any(String)]);
      expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    }
    for (const body of ["{", "", "[]", "null", '{"__proto__":{}}']) {
      expect((await send("/anthropic/v1/messages", { body })).status).toBe(400);
    }
    expect(lines.filter(({ severity }) => severity === "ERROR")).toEqual([]);
    await close();
  });

  it("is told of what there is not in Anthropic's shape", async () => {
    const { send, close } = await open();
    const counted = await send("/anthropic/v1/messages/count_tokens", { body: {} });
    expect(counted.status).toBe(404);
    expect(await counted.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
    const nowhere = await send("/anthropic/v1/complete", { body: {} });
    expect(await nowhere.json()).toMatchObject({ error: { type: "not_found_error" } });
    expect((await send("/anthropic/v1/messages", { method: "GET" })).status).toBe(405);
    await close();
  });
});
