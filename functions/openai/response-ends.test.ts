import { describe, expect, it } from "vitest";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { openResponses as open, type ResponseBody, toText as text } from "./open-responses.fixture.ts";
import { answer, hanging, readEvents, saying } from "./stage.fixture.ts";

describe("how a response ends", () => {
  it("is incomplete where the model ran into its limit or was stopped", async () => {
    const { stage, made, close } = await open();
    stage.chat = async () => answer({ text: "On and", finishReason: "length" });
    expect(await made()).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      output: [{ status: "incomplete", content: [text("On and")] }],
    });
    stage.chat = async () => answer({ finishReason: "content_filter" });
    expect(await made()).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "content_filter" },
    });
    await close();
  });

  it("tells a refusal apart from an answer, whole and streamed", async () => {
    const { stage, made, create, close } = await open();
    stage.chat = async () => answer({ refusal: "I will not." });
    const content = [{ type: "refusal", refusal: "I will not." }];
    expect(await made()).toMatchObject({ status: "completed", output: [{ type: "message", content }] });
    const events = await readEvents(await create({ stream: true }));
    expect(events.map(({ type }) => type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.refusal.delta",
      "response.refusal.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
    expect(events.at(-1)).toMatchObject({ response: { output: [{ content }] } });
    await close();
  });

  it("keeps what was said before the calls of tools, in one order whole and streamed", async () => {
    const { stage, create, read, get, close } = await open();
    const toolCalls = ["a", "b"].map((id) => ({ id, name: "f", arguments: `{"${id}":1}` }));
    stage.chat = saying(["I ", "call."], async () => answer({ text: "I call.", toolCalls }));
    const events = await readEvents(await create({ stream: true }));
    const done = events.filter(({ type }) => type === "response.output_item.done");
    expect(done.map(({ output_index: index }) => index)).toEqual([0, 1, 2]);
    const last = events.at(-1) as { response: ResponseBody };
    expect(last.response.output).toEqual(done.map(({ item }) => item));
    expect((await read(await get(last.response.id))).output).toEqual(last.response.output);
    await close();
  });

  it("is the status of an error where it fails before anything was sent, streamed or not", async () => {
    const { stage, create, close } = await open();
    stage.chat = async () => {
      throw new ProviderError("content_refused");
    };
    for (const stream of [false, true]) {
      const response = await create({ stream });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: "content_policy_violation" } });
    }
    await close();
  });

  it("is never called complete where the stream was cut", async () => {
    const { stage, create, get, read, close } = await open();
    stage.chat = saying(["Half an ans"], async () => {
      throw new ProviderError("connection");
    });
    const response = await create({ stream: true });
    expect(response.status).toBe(200);
    const events = await readEvents(response);
    const last = events.at(-1) as { type: string; response: ResponseBody };
    expect(last).toMatchObject({
      type: "response.failed",
      response: {
        status: "failed",
        error: { code: "server_error" },
        output: [{ status: "incomplete", content: [text("Half an ans")] }],
      },
    });
    expect(await read(await get(last.response.id))).toMatchObject({
      status: "failed",
      error: { code: "server_error" },
    });
    await close();
  });
});

describe("a stream", () => {
  it("begins after half a minute of silence, and ends with a failure where there is one", async () => {
    const { stage, create, clock, close } = await open();
    const { promise, reject } = Promise.withResolvers<never>();
    stage.chat = () => promise;
    const pending = create({ stream: true });
    await clock.advance(30_000);
    const reader = (await pending).body?.pipeThrough(new TextDecoderStream()).getReader();
    const { value: first } = (await reader?.read()) ?? {};
    expect(first).toMatch(/^event: response.created\n.*\n\nevent: response.in_progress\n/);
    reject(new ProviderError("overloaded"));
    await clock.advance(0);
    const { value: last } = (await reader?.read()) ?? {};
    expect(last).toMatch(/^event: response.failed\n.*"sequence_number":2,/);
    await close();
  });
});

describe("a stream whose first attempt is cut", () => {
  const half = "It is a truth universally acknowledged, that a single man in";
  const whole = `${half} possession of a good fortune`;
  const stream = async (fields: object, second: string) => {
    const { stage, calls, create, clock, close } = await open({ attempts: 2 });
    stage.chat = saying([half], async () => {
      stage.chat = saying([second], async () => answer({ text: second }));
      throw new ProviderError("connection");
    });
    const reading = readEvents(await create({ stream: true, ...fields }));
    await clock.advance(60_000);
    const events = await reading;
    expect(calls).toHaveLength(2);
    await close();
    const deltas = events.flatMap(({ delta }) => (typeof delta === "string" ? [delta] : []));
    return { said: deltas.join(""), last: events.at(-1) as { type: string; response: ResponseBody } };
  };

  it("goes on where the second says the same", async () => {
    const { said, last } = await stream({}, whole);
    expect(said).toBe(whole);
    expect(last).toMatchObject({
      type: "response.completed",
      response: { output: [{ content: [text(whole)] }] },
    });
  });

  it.each([
    ["with tools", { tools: [{ type: "function", name: "f" }] }],
    ["in a shape that was asked for", { text: { format: { type: "json_object" } } }],
  ])("%s is never put together from two that differ", async (_, fields) => {
    const { said, last } = await stream(fields, `Well. ${whole}`);
    expect(said).toBe(half);
    expect(last).toMatchObject({ type: "response.failed", response: { status: "failed" } });
  });

  it("is put together where the words of both overlap, and says so in the response it ends with", async () => {
    const { said, last } = await stream({}, `Well. ${whole}`);
    expect(said).toBe(whole);
    expect(last).toMatchObject({
      type: "response.completed",
      response: { output: [{ content: [text(whole)] }] },
    });
  });
});

describe("a response in the background", () => {
  it("is queued, in progress, and cancelled when it is told to", async () => {
    const { stage, made, get, read, send, clock, close } = await open();
    stage.chat = hanging;
    const queued = await made({ background: true });
    expect(queued).toMatchObject({ status: "queued", output: [] });
    await clock.advance(1_000);
    expect(await read(await get(queued.id))).toMatchObject({ status: "in_progress" });
    const cancel = () => send(`/openai/v1/responses/${queued.id}/cancel`);
    expect(await read(await cancel())).toMatchObject({ status: "cancelled" });
    expect(await read(await cancel())).toMatchObject({ status: "cancelled" });
    expect(await read(await get(queued.id))).toMatchObject({ status: "cancelled", error: null });
    await close();
  });

  it("is the same one for the same Idempotency-Key", async () => {
    const { create, read, close } = await open();
    const headers = { "Idempotency-Key": "once" };
    const one = await read(await create({ background: true }, { headers }));
    const two = await read(await create({ background: true }, { headers }));
    expect(two.id).toBe(one.id);
    await close();
  });

  it("is shown as it is when it has ended before it could be cancelled", async () => {
    const { made, read, send, close } = await open();
    const { id } = await made();
    const shown = await read(await send(`/openai/v1/responses/${id}/cancel`));
    expect(shown).toMatchObject({ id, status: "completed", output: [{ content: [text("Fine.")] }] });
    await close();
  });

  it("cannot be deleted while it runs", async () => {
    const { stage, made, send, clock, close } = await open();
    stage.chat = hanging;
    const { id } = await made({ background: true });
    await clock.advance(1_000);
    const deletion = await send(`/openai/v1/responses/${id}`, { method: "DELETE" });
    expect(deletion.status).toBe(409);
    await send(`/openai/v1/responses/${id}/cancel`);
    expect((await send(`/openai/v1/responses/${id}`, { method: "DELETE" })).status).toBe(200);
    await close();
  });
});
