import { describe, expect, it } from "vitest";
import { price } from "../../shared/tasks/allowance-use.fixture.ts";
import { type ErrorBody, json, openDoor, readFrames } from "./openai.fixture.ts";

const user = (limits: object) => ({ allowances: { roles: { user: limits } }, model: { price } });
const message = { model: "m", max_tokens: 100, messages: [{ role: "user", content: "Hello" }] };
const doors = [
  ["chat completions", "/openai/v1/chat/completions", { model: "m", messages: message.messages }],
  ["responses", "/openai/v1/responses", { model: "m", input: "Hello" }],
  ["messages", "/anthropic/v1/messages", message],
] as const;

describe.each(doors)("%s", (_, path, body) => {
  it("tells with each answer how the allowances stand that it has drawn on", async () => {
    const { send } = await openDoor(user({ requests: "2/hour", micros: "1000000/month" }));
    const answer = await send(path, { body });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("RateLimit-Policy")).toContain('"user-requests-hour";q=2;w=3600');
    expect(answer.headers.get("RateLimit")).toMatch(/"user-requests-hour";r=1;t=\d+/);
    expect(answer.headers.get("RateLimit")).toContain('"user-micros-month";r=');
  });

  it("does so where it streams, and where its content is kept nowhere", async () => {
    const { send } = await openDoor(user({ requests: "5/hour" }));
    const streamed = await send(path, { body: { ...body, stream: true } });
    expect(streamed.headers.get("RateLimit")).toContain('"user-requests-hour";r=4');
    await streamed.text();
    const held = await send(path, { body, headers: { "x-conea-store": "false" } });
    expect(held.status).toBe(200);
    expect(held.headers.get("RateLimit")).toContain('"user-requests-hour";r=3');
  });

  it("refuses with 429 and when to come again once the requests are used up", async () => {
    const { send, chat } = await openDoor(user({ requests: "1/hour" }));
    await chat();
    const answer = await send(path, { body });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(answer.headers.get("RateLimit")).toContain('"user-requests-hour";r=0');
  });
});

describe("a refusal", () => {
  it("of requests is OpenAI's rate limit, with its headers", async () => {
    const { chat } = await openDoor(user({ requests: "1/hour" }));
    await chat();
    const answer = await chat();
    expect((await json<ErrorBody>(answer)).error).toMatchObject({
      type: "rate_limit_error",
      code: "rate_limit_exceeded",
      message: expect.stringContaining("0 left"),
    });
    expect(answer.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    expect(answer.headers.get("x-ratelimit-reset-requests")).toBe(`${answer.headers.get("Retry-After")}s`);
  });

  it("of money is 402 insufficient_quota, which SDKs do not repeat", async () => {
    const { chat } = await openDoor(user({ micros: "100/month" }));
    const answer = await chat();
    expect(answer.status).toBe(402);
    expect((await json<ErrorBody>(answer)).error).toMatchObject({
      type: "insufficient_quota",
      code: "insufficient_quota",
      message: expect.stringContaining("renews at 2026-02-01"),
    });
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(answer.headers.get("RateLimit")).toContain('"user-micros-month";r=100');
  });

  it("is Anthropic's rate_limit_error or billing_error at its door", async () => {
    const [requests, money] = [
      await openDoor(user({ requests: "0/hour" })),
      await openDoor(user({ micros: "100/month" })),
    ];
    const refused = await requests.send("/anthropic/v1/messages", { body: message });
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { error: { type: "rate_limit_error" } },
    ]);
    const poor = await money.send("/anthropic/v1/messages", { body: message });
    expect([poor.status, await poor.json()]).toMatchObject([402, { error: { type: "billing_error" } }]);
  });

  it("comes after what is wrong with the request", async () => {
    const { chat } = await openDoor(user({ requests: "0/hour" }));
    expect((await chat({ model: "nobody" })).status).toBe(404);
    expect((await chat({ messages: [] })).status).toBe(400);
  });
});

it("says nothing of allowances where nothing is bounded", async () => {
  const { chat } = await openDoor();
  const answer = await chat();
  expect(answer.status).toBe(200);
  expect(answer.headers.has("RateLimit")).toBe(false);
  expect(answer.headers.has("RateLimit-Policy")).toBe(false);
});

it("counts a streamed call by what it used", async () => {
  const { chat, conea, clock } = await openDoor(user({ micros: "1000000/month" }));
  await readFrames(await chat({ stream: true }));
  await clock.advance(2_000);
  const [state] = await conea.allowances.read({ tenant: "acme", user: "ann", role: "user" });
  // Three tokens read and five written.
  expect(state).toMatchObject({ measure: "micros", spent: 53, reserved: 0 });
});
