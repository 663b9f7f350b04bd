import { expect } from "vitest";
import { json, openApi } from "../../functions/api/api.fixture.ts";
import type { CreatedKey } from "../../shared/api/keys.ts";
import { toTime } from "../../shared/core/clock.ts";
import type { Provider, ProviderAnswer } from "../../shared/providers/provider.ts";
import { ProviderError, type ProviderErrorKind } from "../../shared/providers/provider-error.ts";
import { createReference, type Expected, laterAt } from "./reference.ts";
import { attempts, places } from "./reference-queue.ts";
import { type Outcome, type Person, people, type Wish } from "./steps.ts";

/** So many turns of the event loop, at one moment, are enough for what has begun to come to its end. */
const turns = 12;
/** After each step so much time passes: enough for everything that follows from it. */
const restSeconds = 2;

type Asked = { method?: string; body?: object; headers?: Record<string, string>; waits?: boolean };
type Answer = ProviderAnswer<"chat">;
type Held = { answer: (answer: Answer) => void; fail: (error: ProviderError) => void };
export type HeldKey = CreatedKey & { tenant: string; revokedAt?: number };

const success: Answer = {
  result: { text: "Done.", finishReason: "stop" },
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
};
const failures: Record<Exclude<Outcome, "success">, ProviderErrorKind> = {
  refusal: "content_refused",
  overloaded: "overloaded",
  limited: "rate_limited",
};

/** The interface itself beside the reference, with a provider that does what each task's text and the steps say. */
export async function openModelWorld() {
  const calls = new Map<string, Held>();
  const provider: Provider = {
    async chat({ input }) {
      const text = String(input.messages[0]?.content);
      if (text.startsWith("ok")) return success;
      if (text.startsWith("refuse")) throw new ProviderError("content_refused");
      if (text.startsWith("overload")) throw new ProviderError("overloaded");
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      calls.set(text, { answer: resolve, fail: reject });
      return promise;
    },
  };
  const api = await openApi({
    provider,
    limits: { concurrency: places },
    retry: { attempts, baseMs: 60_000, maxMs: 60_000 },
    breaker: { failures: 1_000 },
  });
  const entries = Object.entries(people) as [Person, (typeof people)[Person]][];
  const own = await Promise.all(entries.map(async ([name, who]) => [name, await api.keyFor(who)] as const));
  const keys = Object.fromEntries(own) as Record<Person, string>;
  const reference = createReference();
  const beginning = api.clock.now();

  async function settle(): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await api.clock.advance(0);
  }

  async function pass(seconds: number): Promise<void> {
    await settle();
    await api.clock.advance(seconds * 1_000);
    await settle();
    reference.queue.pass(seconds);
  }

  return {
    ...api,
    reference,
    createdKeys: [] as HeldKey[],
    keyOf: (who: Person) => keys[who],
    pass,
    async rest() {
      await pass(restSeconds);
      while (reference.queue.isOnTheVerge()) await pass(8);
    },
    /** Sends, and lets the time pass that the answer may wait for. */
    async ask(who: Person, path: string, { method = "GET", body, headers, waits = false }: Asked = {}) {
      const answer = api.send(path, { method, key: keys[who], body, ...(headers && { headers }) });
      if (waits) await pass(restSeconds);
      return answer;
    },
    toBody({ priority, entity, isLater, expiresInSeconds }: Wish, text: string): object {
      return {
        type: "chat",
        input: { messages: [{ role: "user", content: text }] },
        model: "m",
        priority,
        ...(entity && { relatedEntity: entity }),
        ...(isLater && { notBefore: toTime(beginning + laterAt * 1_000) }),
        ...(expiresInSeconds && { expiresInSeconds }),
      };
    },
    endCall(text: string, outcome: Outcome) {
      const held = calls.get(text);
      if (!held) throw new Error(`the provider has no call of ${text}`);
      if (outcome === "success") held.answer(success);
      else held.fail(new ProviderError(failures[outcome]));
    },
  };
}

export type ModelWorld = Awaited<ReturnType<typeof openModelWorld>>;

/** Compares an answer with what it must be. */
export async function expectAnswer(answer: Response, expected: Expected): Promise<void> {
  const body = answer.status === 204 ? {} : await json<Record<string, unknown>>(answer);
  const { status, code, taskStatus, isReplayed, task } = expected;
  expect({ status: answer.status, code: body.code }).toEqual({ status, code });
  if (code) expect(answer.headers.get("content-type")).toBe("application/problem+json");
  if (taskStatus) expect(body.status).toBe(taskStatus);
  if (isReplayed !== undefined)
    expect(answer.headers.get("idempotent-replayed")).toBe(isReplayed ? "true" : null);
  if (!task) return;
  task.id ||= String(body.id);
  expect(body.id).toBe(task.id);
}
