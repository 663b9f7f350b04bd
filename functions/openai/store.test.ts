import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { copyFolder, newFolder } from "../../shared/platform/embedded/folder.fixture.ts";
import type { Provider, ProviderCall } from "../../shared/providers/provider.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { claimTasks } from "../../shared/queue/claim-tasks.ts";
import type { Queue } from "../../shared/queue/queue-document.ts";
import { sweep } from "../../shared/queue/sweep.ts";
import { ann } from "../../shared/tasks/conea.fixture.ts";
import { toQueue } from "../../shared/tasks/create-runner.ts";
import { json, openDoor, readFrames } from "./openai.fixture.ts";

const path = "/openai/v1/chat/completions";
const secret = "a-secret-nobody-may-keep";
const answerSecret = "an-answer-nobody-may-keep";
const usage = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 };
const headers = { "x-conea-store": "false" };
const image = { url: `data:image/png;base64,${Buffer.from(secret).toString("base64")}` };
const body = {
  model: "m",
  messages: [
    { role: "system", content: secret },
    {
      role: "user",
      content: [
        { type: "text", text: secret },
        { type: "image_url", image_url: image },
      ],
    },
  ],
  tools: [{ type: "function", function: { name: "f", description: secret } }],
};

const speaking: Provider = {
  chat: async ({ onText }) => {
    for (const piece of answerSecret.match(/.{1,5}/g) ?? []) onText?.(piece);
    return { result: { text: answerSecret, finishReason: "stop" }, usage };
  },
  embedding: async () => ({ result: { embeddings: [{ index: 0, values: [0.123456789] }] }, usage }),
  speech: async () => ({
    result: { file: { content: new TextEncoder().encode(answerSecret), contentType: "audio/mpeg" } },
    usage,
  }),
  transcription: async () => ({ result: { text: answerSecret }, usage }),
};

/** Everything below a folder, as text. */
async function readAll(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

describe("x-conea-store: false", () => {
  it("leaves neither question nor answer on disk, in an event or in a log; the task and its usage stay", async () => {
    const dataDir = newFolder();
    const door = await openDoor({ provider: speaking, dataDir });
    const whole = await door.send(path, { body, headers });
    expect((await json<{ choices: unknown }>(whole)).choices).toMatchObject([
      { message: { content: answerSecret } },
    ]);
    const streamed = await readFrames(await door.send(path, { body: { ...body, stream: true }, headers }));
    expect(streamed.at(-1)).toBe("[DONE]");
    await door.send("/openai/v1/embeddings", { body: { model: "m", input: secret }, headers });
    const spoken = await door.send("/openai/v1/audio/speech", {
      body: { model: "m", input: secret, voice: "alloy" },
      headers,
    });
    expect(await spoken.text()).toBe(answerSecret);
    const form = new FormData();
    form.append("model", "m");
    form.append("file", new File([secret], "a.wav", { type: "audio/wav" }));
    const heard = await door.send("/openai/v1/audio/transcriptions", { body: form, headers });
    expect(await json<object>(heard)).toEqual({ text: answerSecret });

    expect(await door.tasks()).toHaveLength(5);
    for (const task of await door.tasks()) {
      expect(task).toMatchObject({
        status: "succeeded",
        input: { notKept: true },
        result: { notKept: true },
        usage: { outputTokens: 5 },
      });
    }
    const { events, lines } = door;
    await door.close();
    const kept = `${await readAll(dataDir)} ${JSON.stringify({ events, lines })}`;
    expect(kept).toContain("task_");
    for (const text of [
      secret,
      answerSecret,
      "an-an",
      "0.123456789",
      Buffer.from(secret).toString("base64"),
    ]) {
      expect(kept).not.toContain(text);
    }
  });

  it("keeps what is sent without the header: the search above would find it", async () => {
    const dataDir = newFolder();
    const door = await openDoor({ provider: speaking, dataDir });
    await door.send(path, { body });
    await door.close();
    const kept = await readAll(dataDir);
    expect([kept.includes(secret), kept.includes(answerSecret)]).toEqual([true, true]);
  });

  it("retries within the process that holds the content", async () => {
    const seen: ProviderCall<"chat">["input"][] = [];
    const provider: Provider = {
      chat: async ({ input }) => {
        seen.push(input);
        if (seen.length < 3) throw new ProviderError("overloaded");
        return { result: { text: "Hi", finishReason: "stop" }, usage };
      },
    };
    const door = await openDoor({ provider });
    const { answer } = await door.begin(path, { body, headers });
    await door.clock.advance(60_000);
    expect((await answer).status).toBe(200);
    expect(JSON.stringify(seen[2])).toContain(secret);
  });

  it("waits for its turn behind others", async () => {
    const ends: (() => void)[] = [];
    const provider: Provider = {
      chat: () =>
        new Promise((resolve) => {
          ends.push(() => resolve({ result: { text: "Hi", finishReason: "stop" }, usage }));
        }),
    };
    const door = await openDoor({ provider, limits: { concurrency: 1 } });
    await door.begin(path, { body });
    await door.clock.advance(10);
    const { answer } = await door.begin(path, { body, headers });
    await door.clock.advance(5_000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await door.clock.advance(5_000);
    ends[1]?.();
    await door.clock.advance(5_000);
    expect((await answer).status).toBe(200);
  });

  it("is passed over by other processes, which run what is behind it, until the holder's time is up", async () => {
    const door = await openDoor();
    const options = { startsHere: true };
    const { task: held } = await door.submit(undefined, ann, { ...options, isHeld: true });
    const { task: behind } = await door.submit(undefined, ann, options);
    const queue = toQueue(door.conea.config, "main") as Queue;
    const claim = async (holds: boolean) => {
      const { claimed } = await claimTasks(door.conea, { queue, atMost: 1, holds: () => holds });
      return claimed[0]?.task.id;
    };
    expect(await claim(false)).toBe(behind.id);
    expect(await claim(false)).toBeUndefined();
    expect(await claim(true)).toBe(held.id);
    const { task: late } = await door.submit(undefined, ann, { ...options, isHeld: true });
    await door.clock.advance(10 * 60_000);
    expect(await claim(false)).toBe(late.id);
  });

  it("fails with a clear error when the process that held it has died, running or waiting", async () => {
    const dataDir = newFolder();
    const hanging: Provider = { chat: () => new Promise(() => {}) };
    const dying = await openDoor({ provider: hanging, limits: { concurrency: 1 }, dataDir });
    await dying.begin(path, { body, headers });
    await dying.begin(path, { body, headers });
    await dying.clock.advance(1_000);
    const next = await openDoor({ provider: speaking, dataDir: copyFolder(dataDir) });
    const statuses = async () => (await next.tasks()).map(({ status }) => status).sort();
    expect(await statuses()).toEqual(["ready", "running"]);
    await sweep(next.conea, { orphans: true });
    await next.clock.advance(60_000);
    expect(await statuses()).toEqual(["failed", "ready"]);
    await next.clock.advance(11 * 60_000);
    await sweep(next.conea);
    await next.clock.advance(1_000);
    // What is kept on a disk is kept by the end of a turn of the event loop, which a virtual clock does not know.
    await vi.waitFor(async () => expect(await statuses()).toEqual(["failed", "failed"]));
    for (const { status, error } of await next.tasks()) {
      expect([status, error?.code, error?.message]).toEqual([
        "failed",
        "content_not_kept",
        expect.stringContaining("was not to be stored"),
      ]);
    }
  });

  it("has no link to give, and says so", async () => {
    const door = await openDoor({ provider: speaking });
    const response = await door.send("/openai/v1/images/generations", {
      body: { model: "m", prompt: "x", response_format: "url" },
      headers,
    });
    expect([response.status, (await json(response)).error.param]).toEqual([400, "response_format"]);
  });

  it("answers a repeated Idempotency-Key for a minute, and then that nothing was kept", async () => {
    const door = await openDoor({ provider: speaking });
    const repeated = { ...headers, "Idempotency-Key": "once" };
    const first = await door.send(path, { body, headers: repeated });
    const second = await door.send(path, { body, headers: repeated });
    expect(await json<object>(second)).toEqual(await json<object>(first));
    await door.clock.advance(61_000);
    await door.send(path, { body, headers });
    const late = await door.send(path, { body, headers: repeated });
    expect((await json(late)).error.code).toBe("content_not_kept");
    expect(await door.tasks()).toHaveLength(2);
  });
});
