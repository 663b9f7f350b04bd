import { describe, expect, it } from "vitest";
import type { Provider } from "../../shared/providers/provider.ts";
import { ProviderError, type ProviderErrorKind } from "../../shared/providers/provider-error.ts";
import { json, openDoor, readFrames } from "./openai.fixture.ts";
import { createOpenAi } from "./openai.ts";

const failing = (kind: ProviderErrorKind): Provider => ({
  chat: async () => {
    throw new ProviderError(kind);
  },
});
const once = { attempts: 1 };

describe("what a provider did", () => {
  it.each<[ProviderErrorKind, number, string, string]>([
    ["context_too_long", 400, "context_length_exceeded", "invalid_request_error"],
    ["content_refused", 400, "content_policy_violation", "invalid_request_error"],
    ["invalid_request", 400, "invalid_request", "invalid_request_error"],
    ["model_not_found", 404, "model_not_found", "invalid_request_error"],
    ["authentication", 502, "provider_authentication", "server_error"],
    ["overloaded", 503, "provider_overloaded", "server_error"],
    ["connection", 502, "provider_connection", "server_error"],
    ["unknown", 502, "provider_unknown", "server_error"],
    ["timeout", 504, "provider_timeout", "server_error"],
  ])("%s is answered with %i %s, and not to be repeated", async (kind, status, code, type) => {
    const { chat, tasks } = await openDoor({ provider: failing(kind), retry: once });
    const response = await chat();
    expect([response.status, (await json(response)).error]).toMatchObject([status, { code, type }]);
    expect(response.headers.get("x-should-retry")).toBe("false");
    const [task] = await tasks();
    expect(response.headers.get("x-conea-task-id")).toBe(task?.id);
    expect(response.headers.get("x-conea-route")).toBe("main/m");
  });

  it("has its status in a stream too, as long as nothing has been sent", async () => {
    const { chat } = await openDoor({ provider: failing("context_too_long"), retry: once });
    const response = await chat({ stream: true });
    expect([response.status, (await json(response)).error.code]).toEqual([400, "context_length_exceeded"]);
  });

  it("comes as an event in a stream that has begun, which then ends without [DONE]", async () => {
    const provider: Provider = {
      chat: async ({ onText }) => {
        onText?.("Half an ans");
        throw new ProviderError("connection");
      },
    };
    const { chat } = await openDoor({ provider, retry: once });
    const response = await chat({ stream: true });
    expect(response.status).toBe(200);
    const frames = await readFrames(response);
    expect(frames.join()).toContain("Half an ans");
    expect(JSON.parse(frames.at(-1) ?? "")).toMatchObject({ error: { code: "provider_connection" } });
    expect(frames).not.toContain("[DONE]");
  });

  it("never reaches a caller in the provider's own words", async () => {
    const provider: Provider = {
      chat: async () => {
        throw new ProviderError("invalid_request", { cause: new Error("the prompt was: secret") });
      },
    };
    const { chat, lines } = await openDoor({ provider });
    expect(await (await chat()).text()).not.toContain("secret");
    expect(JSON.stringify(lines)).not.toContain("secret");
  });
});

describe("what Conea cannot do now", () => {
  it("is a 429 with a Retry-After that SDKs obey when the line is full", async () => {
    const provider: Provider = { chat: () => new Promise(() => {}) };
    const limits = { requests: "60/min", concurrency: 1 };
    const door = await openDoor({ provider, limits, queue: { maxReady: 1, strict: true } });
    for (let count = 0; count < 2; count++) {
      await door.begin("/openai/v1/chat/completions", { body: { model: "m", messages: [user] } });
      await door.clock.advance(10);
    }
    const response = await door.chat();
    expect([response.status, (await json(response)).error]).toMatchObject([
      429,
      { code: "rate_limit_exceeded", type: "rate_limit_error" },
    ]);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("x-should-retry")).toBe("true");
    expect(response.headers.get("x-ratelimit-remaining-requests")).toBe("0");
  });

  it("is a 500 when the store fails, with nothing but the request's id", async () => {
    const door = await openDoor();
    const commit = () => Promise.reject(new Error("the disk of 10.0.0.7 is full"));
    const openStart = () => ({ keep: async () => undefined, run: async () => {} });
    const runner = { ...door.conea.runner, openStart };
    const handle = createOpenAi({ ...door.conea, runner, documents: { ...door.conea.documents, commit } });
    const answer = door.begin(
      "/openai/v1/chat/completions",
      { body: { model: "m", messages: [user] } },
      handle,
    );
    await door.clock.advance(60_000);
    const response = await (await answer).answer;
    const { error } = await json(response);
    expect([response.status, error.type]).toEqual([500, "server_error"]);
    expect(error.message).toBe(
      `Conea failed; the fault is logged under ${response.headers.get("x-request-id")}.`,
    );
  });

  const user = { role: "user", content: "Hello" };
});
