import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../../shared/api/task.ts";
import { endProcess, type Started, startProcess } from "./start-process.fixture.ts";

let dataDir = "";
const running: Started[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "conea-"));
});

afterEach(async () => {
  for (const { process: child } of running.splice(0)) child.kill("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

async function start(environment: Record<string, string> = {}): Promise<Started> {
  const started = await startProcess({ CONEA_DATA_DIR: dataDir, ...environment });
  running.push(started);
  return started;
}

const headers = { Authorization: "Bearer local-dev-key", "Content-Type": "application/json" };

async function submit({ url }: Started, body: object, more: Record<string, string> = {}): Promise<Task> {
  const answer = await fetch(`${url}/v1/tasks`, {
    method: "POST",
    headers: { ...headers, ...more },
    body: JSON.stringify(body),
  });
  expect([200, 202]).toContain(answer.status);
  return (await answer.json()) as Task;
}

/** Follows a task's events to the end and gives the finished task. */
async function finish({ url }: Started, id: string): Promise<{ task: Task; deltas: string[] }> {
  const text = await (await fetch(`${url}/v1/tasks/${id}/events`, { headers })).text();
  const frames = text.split("\n\n").map((frame) => ({
    event: /^event: (.*)$/m.exec(frame)?.[1],
    data: JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? "null"),
  }));
  const deltas = frames.filter(({ event }) => event === "delta").map(({ data }) => data.text);
  return { task: frames.find(({ event }) => event === "done")?.data, deltas };
}

const ask = (content: string, more: object = {}) => ({
  type: "chat",
  input: { messages: [{ role: "user", content }] },
  ...more,
});

describe("a newcomer", () => {
  it("starts it, pastes the command it prints, and gets a rehearsed answer that says so", async () => {
    const conea = await start();
    const task = await submit(conea, ask("Say hello."), { Prefer: "wait=30" });
    expect(task).toMatchObject({ status: "succeeded", simulated: true, attempts: [{ simulated: true }] });
    expect(conea.output()).toMatch(
      /gemini +rehearsed on this machine \(set GEMINI_API_KEY to call it for real\)/,
    );
    expect(conea.output()).toContain(`curl -s ${conea.url}/v1/tasks`);
    expect(await endProcess(conea, "SIGINT")).toBe(0);
  });

  it("gets every type of task through the official SDKs, from a rehearsed provider of each kind", async () => {
    const conea = await start();
    const upload = await fetch(`${conea.url}/v1/blobs`, {
      method: "POST",
      headers: { ...headers, "Content-Type": "audio/wav" },
      body: new Uint8Array(2_000),
    });
    const audio = { blob: ((await upload.json()) as { id: string }).id };
    const bodies = [
      ...["gpt-5.4-mini", "claude-haiku-5-5", "gemini-3.8-flash"].flatMap((model) => [
        ask("Hello", { model }),
        ask("Hello", { model, stream: true }),
      ]),
      { type: "completion", input: { prompt: "Once" } },
      { type: "embedding", model: "text-embedding-3-small", input: { input: ["a", "b"] } },
      { type: "embedding", model: "gemini-embedding-001", input: { input: ["a", "b"], dimensions: 256 } },
      { type: "image_search", input: { query: "cats" } },
      { type: "image_generation", input: { prompt: "a cat" } },
      { type: "speech", input: { text: "Hello", voice: "alloy" } },
      { type: "transcription", input: { audio } },
    ];
    for (const body of bodies) {
      const { id } = await submit(conea, body);
      const { task, deltas } = await finish(conea, id);
      expect([body, task.status, task.error]).toEqual([body, "succeeded", undefined]);
      if ("stream" in body) expect(deltas.join("")).toBe((task.result as { text: string }).text);
    }
  });

  it("is told by name which setting is wrong, and nothing starts", async () => {
    await expect(start({ PORT: "eighty" })).rejects.toThrow("The setting PORT");
    await expect(start({ CONEA_CONFIG: "/nowhere.yaml" })).rejects.toThrow(
      "The setting CONEA_CONFIG names /nowhere.yaml",
    );
    await expect(start({ CONEA_ENVIRONMENT: "production" })).rejects.toThrow(
      "these keys are not set: OPENAI_API_KEY",
    );
  });

  it("is refused a second process on the same folder, by name of the first", async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(String(first.process.pid));
  });
});

describe("a restart on the same folder", () => {
  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "finishes after %s what was accepted before",
    async (signal) => {
      const first = await start();
      const ids: string[] = [];
      for (let index = 0; index < 30; index++)
        ids.push((await submit(first, ask(`number ${index}`, { model: "gpt-5.5" }))).id);
      await endProcess(first, signal);
      const second = await start();
      for (const id of ids) {
        const { task } = await finish(second, id);
        expect(task).toMatchObject({ id, status: "succeeded" });
      }
      const listed = (await (await fetch(`${second.url}/v1/tasks?limit=100`, { headers })).json()) as {
        items: Task[];
      };
      expect(listed.items).toHaveLength(ids.length);
    },
  );
});

describe("raw HTTP", () => {
  it.each([
    ["a body of 10 MB", { method: "POST", headers, body: "x".repeat(10_000_000) }, 413],
    ["10,000 levels", { method: "POST", headers, body: "[".repeat(10_000) + "]".repeat(10_000) }, 422],
    ["a header of 20 KB", { headers: { ...headers, "X-Large": "x".repeat(20_000) } }, 431],
  ])("answers %s and goes on serving", async (_, request, status) => {
    const conea = await start();
    expect((await fetch(`${conea.url}/v1/tasks`, request)).status).toBe(status);
    expect((await fetch(`${conea.url}/healthz`)).status).toBe(200);
  });

  it("takes a streamed upload up to 100 MB without holding it, and refuses a byte more", async () => {
    const conea = await start();
    const upload = (bytes: number) =>
      fetch(`${conea.url}/v1/blobs`, {
        method: "POST",
        headers: { ...headers, "Content-Type": "audio/wav" },
        body: ReadableStream.from(pieces(bytes)),
        duplex: "half",
      });
    expect(await (await upload(100_000_000)).json()).toMatchObject({ bytes: 100_000_000 });
    expect((await upload(100_000_001)).status).toBe(413);
    expect((await fetch(`${conea.url}/healthz`)).status).toBe(200);
  });

  it.each([
    [
      "two lengths",
      "POST /v1/tasks HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    ],
    [
      "a length and chunks",
      "POST /v1/tasks HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a NUL in a header", "GET /v1/tasks HTTP/1.1\r\nHost: a\r\nX-Evil: a\0b\r\n\r\n"],
    ["a folded header", "GET /v1/tasks HTTP/1.1\r\nHost: a\r\nX-Evil: a\r\n b\r\n\r\n"],
    ["no host", "GET /v1/tasks HTTP/1.1\r\n\r\n"],
    ["a host that is none", "GET /v1/tasks HTTP/1.1\r\nHost: a b/c@d\r\n\r\n"],
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
  ])("answers %s with a 4xx and goes on serving", async (_, text) => {
    const conea = await start();
    expect(await sendRaw(conea.url, text)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await fetch(`${conea.url}/healthz`)).status).toBe(200);
  });
});

function* pieces(bytes: number): Generator<Uint8Array> {
  const piece = new Uint8Array(65_536);
  for (let left = bytes; left > 0; left -= piece.length)
    yield piece.subarray(0, Math.min(left, piece.length));
}

/** Writes text to the socket as it is and resolves to what comes back until the server ends it. */
async function sendRaw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.end(text);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}
