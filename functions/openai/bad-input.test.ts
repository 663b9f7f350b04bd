import { describe, expect, it } from "vitest";
import { viewer } from "../../shared/tasks/conea.fixture.ts";
import { type ErrorBody, hello, json, openDoor } from "./openai.fixture.ts";

const path = "/openai/v1/chat/completions";
const door = await openDoor();

async function refuse(body: unknown, at = path, headers: Record<string, string> = {}) {
  const response = await door.send(at, { body, headers });
  const { error } = await json(response);
  expect(Object.keys(error).sort()).toEqual(["code", "message", "param", "type"]);
  return { status: response.status, ...error };
}

describe("malformed requests", () => {
  it.each([
    ["nothing", "", 400, "invalid_json"],
    ["no JSON", "{", 400, "invalid_json"],
    ["bytes that are no text", new Uint8Array([0x7b, 0xff, 0x7d]), 400, "invalid_encoding"],
    ["half a surrogate pair", '{"model":"\\ud800"}', 400, "invalid_encoding"],
    ["a list", [], 400, "invalid_request"],
    ["null", null, 400, "invalid_request"],
    ["an empty object", {}, 400, "invalid_request"],
    ["a prototype", '{"__proto__":{"model":"m"},"model":"m","messages":[]}', 400, "invalid_request"],
    ["70 levels", `${'{"a":'.repeat(70)}1${"}".repeat(70)}`, 400, "invalid_request"],
  ])("answers %s with OpenAI's error", async (_, body, status, code) => {
    expect(await refuse(body)).toMatchObject({ status, code, type: "invalid_request_error" });
  });

  it("refuses what is larger than 30 MB, before reading it where it says so", async () => {
    const said = await refuse("{}", path, { "Content-Length": "30000001" });
    expect(said).toMatchObject({ status: 413, code: "request_too_large" });
    const message = { role: "user", content: "x".repeat(30_000_000) };
    expect(await refuse({ ...hello, messages: [message] })).toMatchObject({ status: 413 });
  });

  it("refuses another content type, and an encoded body", async () => {
    expect(await refuse("a=1", path, { "Content-Type": "text/plain" })).toMatchObject({ status: 415 });
    expect(await refuse("{}", path, { "Content-Encoding": "gzip" })).toMatchObject({ status: 415 });
  });

  it("names the methods a path takes, and what is at no path", async () => {
    const response = await door.send(path, { method: "GET" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await json(response)).error.code).toBe("method_not_allowed");
    expect(await refuse("{}", "/openai/v1/nothing")).toMatchObject({ status: 404, code: "not_found" });
    expect(await refuse("{}", "/openai")).toMatchObject({ status: 404 });
  });

  it("gives every answer a request id, and keeps it out of caches", async () => {
    const response = await door.send("/openai/v1/models", { method: "GET" });
    expect(response.headers.get("x-request-id")).toMatch(/^req_[a-z2-7]{26}$/);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

describe("who may call", () => {
  it("wants a valid key of somebody who writes", async () => {
    const without = await door.send(path, { body: hello, key: "" });
    expect([without.status, (await json(without)).error.code]).toEqual([401, "invalid_api_key"]);
    const wrong = await door.send(path, { body: hello, key: `ck_${"a".repeat(43)}` });
    expect(wrong.status).toBe(401);
    const key = await door.keyFor(viewer);
    const read = await door.send(path, { body: hello, key });
    expect([read.status, (await json(read)).error.type]).toEqual([403, "permission_error"]);
    expect((await door.send("/openai/v1/models", { method: "GET", key })).status).toBe(200);
  });

  it("asks for the key before it looks at the body", async () => {
    const response = await door.send(path, { body: "{", key: "" });
    expect(response.status).toBe(401);
  });
});

describe("wrong fields", () => {
  it.each<[object, string]>([
    [{ model: undefined }, "model"],
    [{ messages: [] }, "messages"],
    [{ messages: [{ role: "king", content: "Hi" }] }, "messages[0].role"],
    [{ messages: [{ role: "user", content: "" }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: [] }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: [{ type: "input_audio" }] }] }, "messages[0].content[0].type"],
    [{ messages: [{ role: "tool", content: "x" }] }, "messages[0].tool_call_id"],
    [{ messages: [{ role: "system", content: "" }] }, "messages"],
    [{ temperature: "warm" }, "temperature"],
    [{ temperature: 2.1 }, "temperature"],
    [{ max_tokens: 0 }, "max_tokens"],
    [{ stop: ["a", "b", "c", "d", "e"] }, "stop"],
    [{ seed: -1 }, "seed"],
    [{ stream: "yes" }, "stream"],
    [{ tools: [{ type: "custom", custom: { name: "x" } }] }, "tools[0].type"],
    [{ tools: [{ type: "function", function: { name: "no spaces please" } }] }, "tools[0].function.name"],
    [{ tool_choice: { type: "allowed_tools" } }, "tool_choice"],
    [{ response_format: { type: "xml" } }, "response_format.type"],
    [{ metadata: { "1": "x" } }, "metadata.1"],
    [{ reasoning_effort: "enormous" }, "reasoning_effort"],
    [{ priority: 10 }, "priority"],
    [{ n: 2 }, "n"],
    [{ audio: { voice: "alloy", format: "wav" } }, "audio"],
    [{ web_search_options: {} }, "web_search_options"],
    [{ function_call: "auto" }, "function_call"],
  ])("names what is wrong with %j", async (more, param) => {
    const { status, param: named } = await refuse({ ...hello, ...more });
    expect([status, named?.startsWith(param)]).toEqual([400, true]);
  });

  it("refuses images that are neither linked nor base64", async () => {
    const ask = (url: string) =>
      refuse({
        ...hello,
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }],
      });
    for (const url of ["ftp://x/y.png", "/etc/passwd", "file:///etc/passwd", "data:text/html;base64,aGk="]) {
      expect(await ask(url)).toMatchObject({ status: 400 });
    }
    expect(await ask("data:image/png;base64,%%%")).toMatchObject({
      status: 400,
      param: "messages[0].content[0].image_url.url",
    });
  });

  it("refuses token numbers in place of texts", async () => {
    const ask = (input: unknown) => refuse({ model: "m", input }, "/openai/v1/embeddings");
    for (const input of [[1, 2, 3], [[1, 2], [3]], "", [], [""], Array(2_049).fill("x")]) {
      expect(await ask(input)).toMatchObject({ status: 400 });
    }
    expect((await ask([1, 2, 3])).message).toContain("token numbers are not supported");
    const prompt = await refuse({ model: "m", prompt: ["a", "b"] }, "/openai/v1/completions");
    expect(prompt).toMatchObject({ status: 400, param: "prompt" });
  });

  it("refuses headers it does not understand", async () => {
    expect(await refuse(hello, path, { "x-conea-store": "maybe" })).toMatchObject({ param: "x-conea-store" });
    expect(await refuse(hello, path, { "x-conea-on-disconnect": "explode" })).toMatchObject({ status: 400 });
    expect(await refuse(hello, path, { "Idempotency-Key": "two words" })).toMatchObject({ status: 400 });
  });
});

describe("forms", () => {
  const at = "/openai/v1/audio/transcriptions";
  const form = (fields: Record<string, string | Blob>) => {
    const made = new FormData();
    for (const [name, value] of Object.entries(fields)) made.append(name, value);
    return made;
  };
  const sound = new File(["RIFF"], "a.wav");

  it.each<[string, Record<string, string | Blob>, string]>([
    ["no file", { model: "m" }, "file"],
    ["a text for a file", { model: "m", file: "RIFF" }, "file"],
    ["an empty file", { model: "m", file: new File([], "a.wav") }, "file"],
    ["a file that is no audio", { model: "m", file: new File(["x"], "a.exe") }, "file"],
    ["no model", { file: sound }, "model"],
    ["subtitles", { model: "m", file: sound, response_format: "srt" }, "response_format"],
    ["times of words", { model: "m", file: sound, "timestamp_granularities[]": "word" }, "timestamp"],
    ["a stream", { model: "m", file: sound, stream: "true" }, "stream"],
  ])("names what is wrong with %s", async (_, fields, param) => {
    const { status, param: named } = await refuse(form(fields), at);
    expect([status, named?.startsWith(param)]).toEqual([400, true]);
  });

  it("refuses what is no form, or a broken one", async () => {
    expect(await refuse({ model: "m" }, at)).toMatchObject({ status: 415 });
    const type = "multipart/form-data; boundary=x";
    expect(await refuse("--x\r\nnonsense", at, { "Content-Type": type })).toMatchObject({ status: 400 });
    const large = await refuse("", at, { "Content-Type": type, "Content-Length": "27000000" });
    expect(large).toMatchObject({ status: 413 });
  });
});

it("makes no task of what it refuses", async () => {
  expect(await door.tasks()).toEqual([]);
  const answer = await door.chat();
  expect(answer.status).toBe(200);
  expect((await json<ErrorBody & object>(answer)).error).toBeUndefined();
});
