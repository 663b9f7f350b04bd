import { createKey } from "../../shared/access/keys.ts";
import type { Principal } from "../../shared/access/principal.ts";
import { ann, openTestConea, type TestOptions } from "../../shared/tasks/conea.fixture.ts";
import type { TaskDocument } from "../../shared/tasks/task-document.ts";
import { createOpenAi } from "./openai.ts";

export type Sent = {
  method?: string;
  key?: string | undefined;
  /** Text, bytes and forms go as they are, everything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

export type ErrorBody = {
  error: { message: string; type: string; param: string | null; code: string | null };
};

export const hello = { model: "m", messages: [{ role: "user", content: "Hello" }] };

/** The JSON of an answer, as the caller expects it to be. */
export async function json<T = ErrorBody>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

/** The interface on a test's own Conea, with a key for each principal it wants to be; without a key a request is Ann's. */
export async function openDoor(options: TestOptions = {}) {
  const test = await openTestConea(options);
  const handle = createOpenAi(test.conea);
  const keyFor = async (principal: Principal) => (await createKey(test.conea, principal, principal)).key;
  const annKey = await keyFor(ann);

  /** Begins a request; whoever waits for its answer may have to move the clock. */
  async function begin(path: string, sent: Sent = {}, by = handle) {
    const { method = "POST", key = annKey, body, headers, signal } = sent;
    const isForm = body instanceof FormData;
    const request = new Request(`http://127.0.0.1:8080${path}`, {
      method,
      headers: {
        ...(key && { Authorization: `Bearer ${key}` }),
        ...(body !== undefined && !isForm && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: toBody(body) }),
      ...(signal && { signal }),
    });
    return { answer: by(request) };
  }

  async function send(path: string, sent: Sent = {}): Promise<Response> {
    const { answer } = await begin(path, sent);
    await test.clock.advance(0);
    return answer;
  }

  const chat = (more: object = {}, sent: Sent = {}) =>
    send("/openai/v1/chat/completions", { body: { ...hello, ...more }, ...sent });
  const tasks = async () =>
    (await test.conea.documents.query<TaskDocument>({ collection: "tasks" })).map(({ data }) => data);
  return { ...test, handle, begin, send, chat, tasks, keyFor };
}

function toBody(body: unknown): string | FormData | Uint8Array<ArrayBuffer> {
  if (typeof body === "string" || body instanceof FormData) return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

/** The data of each event of a stream, the last `[DONE]` included. */
export async function readFrames(response: Response): Promise<string[]> {
  const text = await response.text();
  return text
    .split("\n\n")
    .filter((frame) => frame.startsWith("data: "))
    .map((frame) => frame.slice("data: ".length));
}
