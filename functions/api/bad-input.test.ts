import { describe, expect, it } from "vitest";
import { chat, json, openApi } from "./api.fixture.ts";

describe("bad input", () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const withContent = (content: unknown) => ({ ...chat, input: { messages: [{ role: "user", content }] } });
  const cases: [name: string, status: number, code: string, body: unknown][] = [
    ["an empty body", 400, "invalid_json", ""],
    ["malformed JSON", 400, "invalid_json", '{"type":"chat",'],
    ["JSON with a NUL", 400, "invalid_json", '{"type":\u0000"chat"}'],
    ["invalid UTF-8", 400, "invalid_encoding", new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
    [
      "half a surrogate pair",
      400,
      "invalid_encoding",
      '{"type":"chat","input":{"messages":[{"role":"user","content":"\\ud800"}]}}',
    ],
    ["10,000 levels", 422, "invalid_request", deep(10_000)],
    [
      "10,000 levels inside a schema",
      422,
      "invalid_request",
      `{"type":"chat","input":{"messages":[{"role":"user","content":"x"}],"tools":[{"name":"t","parameters":{"a":${deep(10_000)}}}]}}`,
    ],
    ["null", 422, "invalid_request", null],
    ["a list", 422, "invalid_request", []],
    ["a number", 422, "invalid_request", 7],
    ["no type", 422, "invalid_request", { input: chat.input }],
    ["an unknown type", 422, "invalid_request", { ...chat, type: "telepathy" }],
    ["no messages", 422, "invalid_request", { ...chat, input: { messages: [] } }],
    ["an empty message", 422, "invalid_request", withContent("")],
    [
      "a wrong role",
      422,
      "invalid_request",
      { ...chat, input: { messages: [{ role: "king", content: "x" }] } },
    ],
    ["an unknown field", 422, "invalid_request", { ...chat, colour: "red" }],
    ["an unknown field inside", 422, "invalid_request", { ...chat, input: { ...chat.input, temprature: 1 } }],
    [
      "__proto__",
      422,
      "invalid_request",
      '{"__proto__":{"x":1},"type":"chat","input":{"messages":[{"role":"user","content":"x"}]}}',
    ],
    [
      "__proto__ as metadata",
      422,
      "invalid_request",
      '{"type":"chat","input":{"messages":[{"role":"user","content":"x"}]},"metadata":{"__proto__":"x"}}',
    ],
    ["a priority out of range", 422, "invalid_request", { ...chat, priority: 10 }],
    ["a priority that is no number", 422, "invalid_request", { ...chat, priority: "high" }],
    ["a time that is none", 422, "invalid_request", { ...chat, notBefore: "tomorrow" }],
    [
      "a file URL for an image",
      422,
      "invalid_request",
      withContent([{ type: "image", image: { url: "file:///etc/passwd" } }]),
    ],
    [
      "a blob id with a path",
      422,
      "invalid_request",
      withContent([{ type: "image", image: { blob: "blob_../../secrets" } }]),
    ],
    [
      "a model of another type",
      422,
      "invalid_request",
      { ...chat, type: "image_generation", input: { prompt: "x" }, model: "m" },
    ],
    ["a prototype's name as a model", 404, "unknown_model", { ...chat, model: "constructor" }],
    ["an unknown model", 404, "unknown_model", { ...chat, model: "gpt-nonsense" }],
    ["more than a megabyte", 413, "too_large", withContent("x".repeat(1_000_000))],
    ["ten megabytes", 413, "too_large", withContent("x".repeat(10_000_000))],
  ];

  it.each(cases)("answers %s with %i %s", async (_, status, code, body) => {
    const { send, conea, lines } = await openApi();
    const answer = await send("/v1/tasks", { method: "POST", body });
    const problem = await json(answer);
    expect([answer.status, problem.code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(String(problem.detail).length).toBeGreaterThan(10);
    expect(await conea.documents.count({ collection: "tasks" })).toBe(0);
    expect(lines.filter(({ severity }) => severity === "ERROR")).toEqual([]);
  });

  it("names the field that is wrong", async () => {
    const { send } = await openApi();
    const fieldsOf = async (body: unknown) =>
      (
        await json<{ errors: { field: string }[] }>(await send("/v1/tasks", { method: "POST", body }))
      ).errors.map(({ field }) => field);
    expect(await fieldsOf({ ...chat, colour: "red" })).toEqual(["colour"]);
    expect(await fieldsOf({ ...chat, input: { ...chat.input, temprature: 1 } })).toEqual([
      "input.temprature",
    ]);
    expect(await fieldsOf({ ...chat, input: { messages: [{ role: "king" }] } })).toEqual([
      "input.messages[0].role",
    ]);
    expect(await fieldsOf({ type: "image_search", input: { query: "cats", count: 99 } })).toEqual([
      "input.count",
    ]);
  });

  it("names POST /v1/blobs to who sends too much", async () => {
    const { send } = await openApi();
    const answer = await send("/v1/tasks", { method: "POST", body: withContent("x".repeat(1_000_000)) });
    expect((await json(answer)).detail).toContain("POST /v1/blobs");
  });

  it("takes a prompt that looks like JSON, holds NULs or looks like an attack for what it is: text", async () => {
    for (const content of [
      '{"role":"system"}',
      "a\u0000b",
      "'; DROP TABLE tasks; --",
      "$(process.env)",
      "‮\u{1F600}",
    ]) {
      const { submit, send, clock } = await openApi();
      const { id } = await json(await submit({ input: { messages: [{ role: "user", content }] } }));
      await clock.advance(1_000);
      expect(await json(await send(`/v1/tasks/${id}`))).toMatchObject({
        result: { text: `You said: ${content}` },
      });
    }
  });

  it.each([
    ["/v1/tasks/../keys", 403],
    ["/v1/tasks/a%2Fb", 404],
    ["/v1/tasks/%00", 404],
    ["/v1/tasks/%E0%A4%A", 404],
    [`/v1/tasks/task_${"a".repeat(5_000)}`, 404],
    ["/v1/tasks/__proto__", 404],
    ["/v1/tasks/task_%C3%A9", 404],
    ["/v1/nothing", 404],
    ["/", 404],
    ["//v1//tasks", 404],
    ["/v1/tasks?limit=0", 422],
    ["/v1/tasks?limit=abc", 422],
    ["/v1/tasks?status=lost", 422],
    ["/v1/tasks?colour=red", 422],
    ["/v1/tasks?cursor=%00", 422],
    ["/v1/tasks?cursor=bm9uc2Vuc2U", 422],
    ["/v1/tasks?__proto__=1", 422],
  ])("answers GET %s with %i", async (path, status) => {
    const { send } = await openApi();
    expect((await send(path)).status).toBe(status);
  });

  it.each([
    ["PUT", "/v1/tasks", "POST, GET"],
    ["PATCH", "/v1/tasks/task_x", "GET, DELETE"],
    ["GET", "/v1/tasks/task_x/cancel", "POST"],
    ["OPTIONS", "/v1/tasks", "POST, GET"],
    ["DELETE", "/healthz", "GET"],
  ])("answers %s %s with 405 and Allow: %s", async (method, path, allow) => {
    const { send } = await openApi();
    const answer = await send(path, { method });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
  });

  it.each<[string, Record<string, string>, number]>([
    ["another content type", { "Content-Type": "text/plain" }, 415],
    ["a compressed body", { "Content-Encoding": "gzip" }, 415],
    ["an Idempotency-Key with spaces", { "Idempotency-Key": "a b" }, 422],
    ["an Idempotency-Key too long", { "Idempotency-Key": "k".repeat(256) }, 422],
    ["an empty Idempotency-Key", { "Idempotency-Key": "" }, 422],
    ["a wait of nothing", { Prefer: "wait=0" }, 422],
    ["a wait too long", { Prefer: "wait=61" }, 422],
  ])("refuses %s", async (_, headers, status) => {
    const { submit } = await openApi();
    expect((await submit({}, { headers })).status).toBe(status);
  });

  it("ignores preferences it does not know, and headers that would change the method or the tenant", async () => {
    const { submit } = await openApi();
    const headers = {
      Prefer: "handling=lenient",
      "X-HTTP-Method-Override": "DELETE",
      "X-Tenant": "evil",
      "X-Forwarded-For": "127.0.0.1",
    };
    expect((await submit({}, { headers })).status).toBe(202);
  });

  it("refuses an upload that is empty, of no known type, or above 100 MB", async () => {
    const { send } = await openApi();
    const upload = (body: string, headers: Record<string, string>) =>
      send("/v1/blobs", { method: "POST", body, headers });
    expect((await upload("", { "Content-Type": "image/png" })).status).toBe(422);
    expect((await upload("x", { "Content-Type": "text/html" })).status).toBe(415);
    expect((await upload("x", { "Content-Type": "image/png", "Content-Length": "100000001" })).status).toBe(
      413,
    );
  });
});
