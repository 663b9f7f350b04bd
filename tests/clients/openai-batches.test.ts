import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let gateway: Gateway;
let openai: OpenAI;

beforeAll(async () => {
  gateway = await openGateway();
  openai = new OpenAI({ baseURL: gateway.baseURL, apiKey: gateway.apiKey, maxRetries: 0 });
});
afterAll(() => gateway.close());

type Endpoint = Parameters<OpenAI["batches"]["create"]>[0]["endpoint"];
type Line = { custom_id: string; url: string; method: "POST"; body: object };
type Result = {
  id: string;
  custom_id: string;
  response: { status_code: number; request_id: string; body: Record<string, unknown> } | null;
  error: { code: string } | null;
};

const toLines = (url: string, bodies: object[]): Line[] =>
  bodies.map((body, index) => ({ custom_id: `line-${index}`, method: "POST", url, body }));
const say = (content: string, model = "gpt-5.5") => ({ model, messages: [{ role: "user", content }] });

async function upload(lines: (Line | string)[]): Promise<string> {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const file = await toFile(Buffer.from(text), "input.jsonl");
  return (await openai.files.create({ file, purpose: "batch" })).id;
}

async function run(endpoint: Endpoint, bodies: object[]): Promise<OpenAI.Batch> {
  const input_file_id = await upload(toLines(endpoint, bodies));
  return finish(await openai.batches.create({ input_file_id, endpoint, completion_window: "24h" }));
}

const ended = new Set(["completed", "failed", "expired", "cancelled"]);

function finish({ id }: OpenAI.Batch): Promise<OpenAI.Batch> {
  const read = async () => {
    const batch = await openai.batches.retrieve(id);
    return ended.has(batch.status) ? batch : Promise.reject(new Error(`still ${batch.status}`));
  };
  return vi.waitFor(read, { timeout: 45_000, interval: 50 }).catch(async (e) => {
    const h = { Authorization: `Bearer ${gateway.apiKey}` };
    const t = await (await fetch(`${gateway.url}/v1/tasks?relatedEntity=batch/${id}`, { headers: h })).text();
    const q = await (await fetch(`${gateway.url}/v1/queues/openai`, { headers: h })).text();
    console.log(
      "STUCK",
      new Date().toISOString(),
      t.slice(0, 3000),
      q,
      JSON.stringify(gateway.lines.slice(-30)),
      JSON.stringify(await openai.batches.retrieve(id)),
    );
    throw e;
  });
}

async function results(fileId: string | undefined): Promise<Result[]> {
  if (!fileId) return [];
  const text = await (await openai.files.content(fileId)).text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Result);
}

describe("the openai SDK with files", () => {
  it("uploads, lists, reads back to the byte and deletes", async () => {
    const text = '{"custom_id":"é"}\r\n\n{"no":"newline at the end"}';
    const file = await toFile(Buffer.from(text), "some lines.jsonl");
    const made = await openai.files.create({ file, purpose: "batch" });
    expect(made).toMatchObject({ object: "file", purpose: "batch", filename: "some lines.jsonl" });
    expect(made.bytes).toBe(Buffer.byteLength(text));
    expect(await openai.files.retrieve(made.id)).toEqual(made);
    expect(await (await openai.files.content(made.id)).text()).toBe(text);
    expect((await openai.files.list({ purpose: "batch" })).data[0]).toEqual(made);
    expect(await openai.files.delete(made.id)).toEqual({ id: made.id, object: "file", deleted: true });
    await expect(openai.files.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
    await expect(openai.files.content(made.id)).rejects.toMatchObject({ status: 404 });
  });

  it("pages through a list", async () => {
    const made: string[] = [];
    for (let count = 0; count < 3; count++) made.push(await upload(["{}"]));
    const found: string[] = [];
    for await (const { id } of openai.files.list({ limit: 2, order: "asc" })) found.push(id);
    expect(found.filter((id) => made.includes(id))).toEqual(made);
    for (const id of made) await openai.files.delete(id);
  });

  it("is told what is wrong", async () => {
    const file = await toFile(Buffer.from("{}"), "a.jsonl");
    await expect(openai.files.create({ file, purpose: "vision" })).rejects.toMatchObject({
      status: 400,
      param: "purpose",
    });
    const late = { file: await toFile(Buffer.from("{}"), "late.jsonl"), purpose: "user_data" as const };
    await expect(openai.files.create(late)).rejects.toMatchObject({ status: 400 });
    const { data } = await openai.files.list();
    expect(data.filter(({ filename }) => filename === "late.jsonl")).toEqual([]);
    const empty = await toFile(Buffer.from(""), "a.jsonl");
    await expect(openai.files.create({ file: empty, purpose: "batch" })).rejects.toMatchObject({
      status: 400,
    });
  });
});

describe("the openai SDK with batches", () => {
  it("runs a few hundred chats, over several providers", async () => {
    const models = ["gpt-5.5", "claude-haiku-5-5", "gpt-5.4-mini", "claude-sonnet-5-5"];
    const bodies = Array.from({ length: 300 }, (_, index) =>
      say(`Hello ${index}`, index % 30 === 0 ? "gemini-3.8-flash" : models[index % 4]),
    );
    const batch = await run("/v1/chat/completions", bodies);
    expect(batch).toMatchObject({
      object: "batch",
      status: "completed",
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
      request_counts: { total: 300, completed: 300, failed: 0 },
    });
    expect(batch.completed_at).toBeGreaterThanOrEqual(batch.created_at);
    const output = await results(batch.output_file_id);
    expect(output.map((line) => line.custom_id)).toEqual(bodies.map((_, index) => `line-${index}`));
    expect(output[4]?.response).toMatchObject({
      status_code: 200,
      body: {
        object: "chat.completion",
        choices: [{ message: { role: "assistant", content: expect.stringContaining("Hello 4") } }],
        usage: { total_tokens: expect.any(Number) },
      },
    });
    const file = await openai.files.retrieve(batch.output_file_id ?? "");
    expect(file).toMatchObject({ purpose: "batch_output", status: "processed" });
  }, 60_000);

  it("embeds, as floats or in base64", async () => {
    const model = "text-embedding-3-small";
    const batch = await run("/v1/embeddings", [
      { model, input: "a" },
      { model, input: ["a", "b"], encoding_format: "base64" },
    ]);
    const [first, second] = await results(batch.output_file_id);
    expect(first?.response?.body).toMatchObject({ object: "list", data: [{ index: 0 }] });
    expect(second?.response?.body.data).toMatchObject([
      { embedding: expect.any(String) },
      { embedding: expect.any(String) },
    ]);
  });

  it("makes responses that can be retrieved and gone on from", async () => {
    const batch = await run("/v1/responses", [
      { model: "gpt-5.5", input: "Hello", instructions: "Be brief." },
    ]);
    const [line] = await results(batch.output_file_id);
    expect(line?.response?.body).toMatchObject({ object: "response", status: "completed" });
    const id = String(line?.response?.body.id);
    expect((await openai.responses.retrieve(id)).output_text).toContain("Hello");
    const next = await openai.responses.create({ model: "gpt-5.5", input: "And?", previous_response_id: id });
    expect(next.output_text).toContain("And?");
  });

  it("writes the lines that went wrong into an error file", async () => {
    const batch = await run("/v1/chat/completions", [
      say("Hello"),
      say("Hello", "gpt-9"),
      { ...say("Hello"), n: 2 },
      { model: "gpt-5.5" },
    ]);
    expect(batch).toMatchObject({
      status: "completed",
      request_counts: { total: 4, completed: 1, failed: 3 },
    });
    const errors = await results(batch.error_file_id);
    expect(errors.map((line) => [line.custom_id, line.response?.status_code])).toEqual([
      ["line-1", 404],
      ["line-2", 400],
      ["line-3", 400],
    ]);
    expect(errors[0]?.response?.body).toMatchObject({ error: { code: "model_not_found" } });
  });

  it("fails a batch whose input is wrong, line by line", async () => {
    const [good] = toLines("/v1/chat/completions", [say("a")]);
    const [other] = toLines("/v1/embeddings", [{ model: "m", input: "a" }]);
    const input_file_id = await upload([
      good ?? "",
      "not json",
      good ?? "",
      { ...other, custom_id: "b" } as Line,
    ]);
    const created = await openai.batches.create({
      input_file_id,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
    });
    expect(created.status).toBe("validating");
    const batch = await finish(created);
    expect(batch.status).toBe("failed");
    expect(batch.errors?.data?.map(({ code, line }) => [code, line])).toEqual([
      ["invalid_json_line", 2],
      ["duplicate_custom_id", 3],
      ["url_mismatch", 4],
    ]);
  });

  it("cancels, keeps metadata, and lists the newest first", async () => {
    const input_file_id = await upload(toLines("/v1/chat/completions", [say("a")]));
    const batch = await openai.batches.create({
      input_file_id,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
      metadata: { job: "7" },
    });
    expect((await openai.batches.cancel(batch.id)).status).toBe("cancelling");
    expect((await finish(batch)).status).toBe("cancelled");
    const listed = [];
    for await (const one of openai.batches.list({ limit: 2 })) listed.push(one);
    expect(listed[0]).toMatchObject({ id: batch.id, metadata: { job: "7" } });
    expect(listed.length).toBeGreaterThan(2);
    await expect(openai.batches.cancel(batch.id)).resolves.toMatchObject({ status: "cancelled" });
  });

  it("is told at once of what can never be a batch", async () => {
    const input_file_id = await upload(["{}"]);
    const create = (changes: object) =>
      openai.batches.create({
        input_file_id,
        endpoint: "/v1/chat/completions",
        completion_window: "24h",
        ...changes,
      });
    await expect(create({ endpoint: "/v1/moderations" })).rejects.toMatchObject({
      status: 400,
      param: "endpoint",
    });
    await expect(create({ completion_window: "1h" })).rejects.toMatchObject({ status: 400 });
    await expect(create({ input_file_id: "file-none" })).rejects.toMatchObject({ status: 404 });
    await expect(
      create({ output_expires_after: { anchor: "created_at", seconds: 60 } }),
    ).rejects.toMatchObject({ status: 400, param: "output_expires_after.seconds" });
    await expect(openai.batches.retrieve("batch_none")).rejects.toMatchObject({ status: 404 });
  });
});
