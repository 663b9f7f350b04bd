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
type Result = { response: { request_id: string; body: Record<string, unknown> } };

/** The results of a batch of these bodies, asked for with these headers. */
async function run(endpoint: Endpoint, bodies: object[], headers = {}): Promise<Result[]> {
  const lines = bodies.map((body, index) =>
    JSON.stringify({ custom_id: `line-${index}`, method: "POST", url: endpoint, body }),
  );
  const file = await toFile(Buffer.from(lines.join("\n")), "input.jsonl");
  const { id: input_file_id } = await openai.files.create({ file, purpose: "batch" });
  const asked = { input_file_id, endpoint, completion_window: "24h" as const };
  const { id } = await openai.batches.create(asked, { headers });
  const read = async () => {
    const batch = await openai.batches.retrieve(id);
    return batch.output_file_id ?? Promise.reject(new Error(`still ${batch.status}`));
  };
  const outputId = await vi.waitFor(read, { timeout: 45_000, interval: 50 });
  const text = await (await openai.files.content(outputId)).text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Result);
}

describe("the openai SDK with the lines of batches", () => {
  it("has responses with store: false in the output file alone", async () => {
    const model = "gpt-5.5";
    const [unstored, stored] = await run("/v1/responses", [
      { model, input: "A secret", store: false },
      { model, input: "Hello" },
    ]);
    expect(unstored?.response.body).toMatchObject({ status: "completed", store: false });
    expect(JSON.stringify(unstored)).toContain("A secret");
    const id = String(unstored?.response.body.id);
    await expect(openai.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(
      openai.responses.create({ model, input: "And?", previous_response_id: id }),
    ).rejects.toMatchObject({ status: 400, param: "previous_response_id" });
    const headers = { Authorization: `Bearer ${gateway.apiKey}` };
    const task = await fetch(`${gateway.url}/v1/tasks/${unstored?.response.request_id}`, { headers });
    expect(await task.json()).toMatchObject({
      ...{ status: "succeeded", input: { notKept: true }, result: { notKept: true } },
    });
    expect(await openai.responses.retrieve(String(stored?.response.body.id))).toMatchObject({ store: true });
  });

  it("is answered from the cache, by what other calls have left there too", async () => {
    const headers = { "x-conea-cache": "ttl=60" };
    const body = { model: "gpt-5.5", messages: [{ role: "user" as const, content: "Well known." }] };
    const single = await openai.chat.completions.create(body, { headers });
    const [hit] = await run("/v1/chat/completions", [body], headers);
    expect(hit?.response.body).toMatchObject({
      choices: [{ message: { content: single.choices[0]?.message.content } }],
      usage: { total_tokens: 0 },
    });
    const [paid] = await run("/v1/chat/completions", [body]);
    expect(paid?.response.body).toMatchObject({ usage: { total_tokens: single.usage?.total_tokens } });
  });
});
