import { describe, expect, it } from "vitest";
import { countingProvider } from "../../shared/cache/cache.fixture.ts";
import type { TestOptions } from "../../shared/tasks/conea.fixture.ts";
import { json, openDoor, type Sent } from "./openai.fixture.ts";

type Queue = { limiter: { starts: number[] } };
type Line = { url?: string; body: object; headers?: unknown };
type Batch = { id: string; status: string; output_file_id: string | null; error_file_id: string | null };
type Result = { response: { status_code: number; body: Record<string, unknown> } };

const chats = "/v1/chat/completions";
const responses = "/v1/responses";
const secret = "a-secret-nobody-may-keep";
const image = { url: `data:image/png;base64,${Buffer.from(secret).toString("base64")}` };

const toChat = (content: unknown = "Hello") => ({ model: "m", messages: [{ role: "user", content }] });

/** Batches through the door, with a provider that counts its calls. */
async function open(options: TestOptions = {}) {
  const { provider, calls } = countingProvider();
  const door = await openDoor({ provider, ...options });

  async function upload(endpoint: string, lines: Line[]): Promise<string> {
    const text = lines.map(({ url = endpoint, ...line }, index) =>
      JSON.stringify({ custom_id: `line-${index}`, method: "POST", url, ...line }),
    );
    const form = new FormData();
    form.append("purpose", "batch");
    form.append("file", new File([text.join("\n")], "a.jsonl"));
    return (await json<{ id: string }>(await door.send("/openai/v1/files", { body: form }))).id;
  }

  async function create(endpoint: string, lines: Line[], sent: Sent = {}): Promise<Response> {
    const body = { input_file_id: await upload(endpoint, lines), endpoint, completion_window: "24h" };
    return door.send("/openai/v1/batches", { body, ...sent });
  }

  async function finish({ id }: Batch): Promise<Batch> {
    for (let second = 0; second < 60; second++) {
      await door.clock.advance(1_000);
      const found = await door.send(`/openai/v1/batches/${id}`, { method: "GET" });
      const batch = await json<Batch>(found);
      if (batch.status === "completed") return batch;
    }
    throw new Error("the batch did not end");
  }

  async function readResults(fileId: string | null): Promise<Result[]> {
    const file = await door.send(`/openai/v1/files/${fileId}/content`, { method: "GET" });
    return (await file.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Result);
  }

  async function run(endpoint: string, lines: Line[], sent?: Sent) {
    const batch = await finish(await json<Batch>(await create(endpoint, lines, sent)));
    return batch.output_file_id ? readResults(batch.output_file_id) : [];
  }

  /** In the order of the lines. */
  const lineTasks = async () =>
    (await door.tasks()).toSorted((one, other) => (one.batch?.line ?? 0) - (other.batch?.line ?? 0));
  const taskContents = async () => JSON.stringify(await door.tasks());
  return { ...door, lineTasks, calls, create, finish, readResults, run, taskContents };
}

const cached = { "x-conea-cache": "ttl=3600" };
const hello = { body: toChat() };
const textOf = ({ response }: Result) =>
  (response.body as { choices: { message: { content: string } }[] }).choices[0]?.message.content;

describe("the lines of a batch and the cache", () => {
  it.each([
    ["its own headers", [{ ...hello, headers: cached }], {}],
    ["those of the batch", [hello], { headers: cached }],
  ])("are answered from it where %s ask for it, at no cost and without a permit", async (_, lines, sent) => {
    const { run, tasks, calls, conea, close } = await open({ limits: { requests: "1/hour" } });
    const [first] = await run(chats, lines, sent);
    const [again] = await run(chats, lines, sent);
    if (!first || !again) throw new Error("no result");
    expect(textOf(again)).toBe(textOf(first));
    expect(again.response.body).toMatchObject({ usage: { total_tokens: 0 } });
    expect(calls.count).toBe(1);
    const hit = (await tasks()).find(({ cache }) => cache === "hit");
    expect(hit).toMatchObject({ status: "succeeded", attempts: [], cost: { micros: 0, known: true } });
    const queue = await conea.documents.get<Queue>("queues/main");
    expect(queue?.data.limiter.starts).toHaveLength(1);
    await close();
  });

  it("share it with single calls", async () => {
    const { chat, run, calls, close } = await open();
    await chat({}, { headers: cached });
    const [line] = await run(chats, [{ ...hello, headers: cached }]);
    expect(line && textOf(line)).toBe("answer 1");
    const whole = await chat({}, { headers: cached });
    expect(whole.headers.get("x-conea-cache")).toBe("hit");
    expect(calls.count).toBe(1);
    await close();
  });

  it("are not asked for it by anything else", async () => {
    const { run, calls, tasks, close } = await open();
    for (const headers of [undefined, { "x-conea-cache": "off" }]) await run(chats, [{ ...hello, headers }]);
    await run(chats, [{ ...hello, headers: { "x-conea-cache": "off" } }], { headers: cached });
    expect(calls.count).toBe(3);
    expect((await tasks()).map(({ cache }) => cache)).toEqual([undefined, undefined, undefined]);
    await close();
  });

  it("call for the embeddings alone that are new", async () => {
    const { run, calls, close } = await open();
    const embed = (...input: string[]) =>
      run("/v1/embeddings", [{ body: { model: "m", input, encoding_format: "float" } }], { headers: cached });
    await embed("a", "bb");
    const [mixed] = await embed("bb", "ccc");
    expect(mixed?.response.body).toMatchObject({ usage: { prompt_tokens: 1 } });
    expect(calls.texts).toEqual([["a", "bb"], ["ccc"]]);
    await close();
  });
});

describe("the lines of a batch that are not to be stored", () => {
  it("are responses with store: false, which nobody finds before or after their end", async () => {
    const { create, finish, readResults, send, lineTasks, taskContents, clock, close } = await open();
    const body = { model: "m", input: secret };
    const batch = await json<Batch>(
      await create(responses, [{ body: { ...body, store: false } }, { body: { ...body, input: "Hello" } }]),
    );
    while ((await lineTasks()).length < 2) await clock.advance(1);
    const [unstored, stored] = (await lineTasks()).map(({ id }) => id.replace("task_", "resp_"));
    const get = (id = "") => send(`/openai/v1/responses/${id}`, { method: "GET" });
    expect([(await get(unstored)).status, (await get(stored)).status]).toEqual([404, 200]);
    const { output_file_id: outputId } = await finish(batch);
    const [first, second] = await readResults(outputId);
    expect(first?.response.body).toMatchObject({ id: unstored, status: "completed", store: false });
    expect(second?.response.body).toMatchObject({ id: stored, store: true });
    expect([(await get(unstored)).status, (await get(stored)).status]).toEqual([404, 200]);
    const goOn = (id = "") =>
      send("/openai/v1/responses", { body: { model: "m", input: "And?", previous_response_id: id } });
    expect((await goOn(unstored)).status).toBe(400);
    expect((await goOn(stored)).status).toBe(200);
    expect(await taskContents()).not.toContain(secret);
    await close();
  });

  it.each([
    ["their own headers", { "X-Conea-Store": "false" }, {}],
    ["those of the batch", undefined, { headers: { "x-conea-store": "false" } }],
  ])("are of any endpoint where %s say so, images and all", async (_, headers, sent) => {
    const { run, taskContents, embedded, close } = await open();
    const content = [
      { type: "text", text: secret },
      { type: "image_url", image_url: image },
    ];
    const puts: string[] = [];
    const { put } = embedded.platform.blobs;
    embedded.platform.blobs.put = (key, ...rest) => {
      puts.push(key);
      return put(key, ...rest);
    };
    const [line] = await run(chats, [{ body: toChat(content), headers }], sent);
    expect(line && textOf(line)).toBe("answer 1");
    expect(await taskContents()).not.toContain(secret);
    expect(puts.filter((key) => key.includes("/uploads/"))).toEqual([]);
    await close();
  });

  it("may say so against what the batch says", async () => {
    const { run, lineTasks, close } = await open();
    await run(chats, [{ ...hello, headers: { "x-conea-store": "true" } }, hello], {
      headers: { "x-conea-store": "false" },
    });
    expect((await lineTasks()).map(({ input }) => "notKept" in input)).toEqual([false, true]);
    await close();
  });

  it("cannot run in the background", async () => {
    const { create, finish, readResults, close } = await open();
    const body = { model: "m", input: "Hello", store: false, background: true };
    const { error_file_id: errorId } = await finish(await json<Batch>(await create(responses, [{ body }])));
    expect((await readResults(errorId))[0]?.response).toMatchObject({
      ...{ status_code: 400, body: { error: { param: "background" } } },
    });
    await close();
  });
});

describe("the headers of lines and batches", () => {
  it.each([
    [{ "x-conea-cache": "forever" }, "x-conea-cache"],
    [{ "x-conea-store": "perhaps" }, "x-conea-store"],
    [{ "x-conea-cache": 7 }, "x-conea-cache"],
    [{ "x-conea-cache": "on\nx: y" }, "x-conea-cache"],
    ["x-conea-cache: on", "headers"],
    [["on"], "headers"],
  ])("refuse the line where they are wrong (%j), and no other", async (headers, word) => {
    const { create, finish, readResults, close } = await open();
    const batch = await finish(await json<Batch>(await create(chats, [{ ...hello, headers }, hello])));
    const [refused] = await readResults(batch.error_file_id);
    expect(refused?.response).toMatchObject({
      ...{ status_code: 400, body: { error: { message: expect.stringContaining(word) } } },
    });
    expect(await readResults(batch.output_file_id)).toHaveLength(1);
    await close();
  });

  it("let pass in a line what they mean nothing for", async () => {
    const { run, close } = await open();
    const headers = { "Content-Type": "application/json", "not a name!": "x", __proto__: null };
    expect(await run(chats, [{ ...hello, headers }])).toHaveLength(1);
    await close();
  });

  it("refuse the batch where its own are wrong", async () => {
    const { create, tasks, close } = await open();
    const refused = await create(chats, [hello], { headers: { "x-conea-cache": "forever" } });
    expect(refused.status).toBe(400);
    expect(await tasks()).toEqual([]);
    await close();
  });

  it("are part of what an Idempotency-Key stands for", async () => {
    const { send, upload, close } = await openWithFile();
    const body = { input_file_id: upload, endpoint: chats, completion_window: "24h" };
    const ask = (headers: Record<string, string>) =>
      send("/openai/v1/batches", { body, headers: { "Idempotency-Key": "once", ...headers } });
    expect((await ask(cached)).status).toBe(200);
    expect((await ask(cached)).status).toBe(200);
    expect((await ask({})).status).toBe(422);
    await close();
  });
});

async function openWithFile() {
  const door = await openDoor();
  const form = new FormData();
  form.append("purpose", "batch");
  form.append("file", new File(["{}"], "a.jsonl"));
  const { id: upload } = await json<{ id: string }>(await door.send("/openai/v1/files", { body: form }));
  return { ...door, upload };
}
