import { createKey } from "../../shared/access/keys.ts";
import type { Principal } from "../../shared/access/principal.ts";
import { ann, openTestConea, type TestOptions } from "../../shared/tasks/conea.fixture.ts";
import { createApi } from "./api.ts";

export type Sent = {
  method?: string;
  key?: string | undefined;
  /** Text and bytes go as they are, everything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
};

export const chat = { type: "chat", input: { messages: [{ role: "user", content: "Hello" }] } };

/** The JSON of an answer, as the caller expects it to be. */
export async function json<T = Record<string, string>>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

/** The API on a test's own Conea, with a key for each principal it wants to be; without a key a request is Ann's. */
export async function openApi(options: TestOptions = {}) {
  const test = await openTestConea(options);
  const api = createApi(test.conea);
  const keyFor = async (principal: Principal) => (await createKey(test.conea, principal, principal)).key;
  const annKey = await keyFor(ann);

  async function send(
    path: string,
    { method = "GET", key = annKey, body, headers }: Sent = {},
  ): Promise<Response> {
    const answer = api(
      new Request(`http://127.0.0.1:8080${path}`, {
        method,
        headers: {
          ...(key && { Authorization: `Bearer ${key}` }),
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: toBody(body) }),
      }),
    );
    await test.clock.advance(0);
    return answer;
  }
  const submit = (body: object = {}, sent: Sent = {}) =>
    send("/v1/tasks", { method: "POST", body: { ...chat, ...body }, ...sent });
  return { ...test, send, submit, keyFor };
}

function toBody(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}
